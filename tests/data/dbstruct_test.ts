import assert from "node:assert/strict";
import { pythonPackage, runPython } from "../run_python.ts";
import {
  type DbStruct,
  readDbStruct,
  writeDbStruct,
} from "../../lib/data/dbstruct.ts";
import { encodeMatStruct } from "../../lib/mat_write.ts";
import expected from "../golden/k_dataset/mat_variants/expected.json" with {
  type: "json",
};

function toPositions(rows: readonly number[][]): DbStruct["utmDb"] {
  return {
    eastMeters: Float64Array.from(rows, (row) => row[0]!),
    northMeters: Float64Array.from(rows, (row) => row[1]!),
  };
}

const EXPECTED: DbStruct = {
  ...expected,
  utmDb: toPositions(expected.utmDb),
  utmQ: toPositions(expected.utmQ),
};

async function inFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readDbStruct() reads fields of other names by position", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/other.mat`;
    const fields = ["a", ["1.jpg"], 1, ["2.jpg"], 2, 1, 1, 25, 625, 100]
      .map((value, i) => {
        const isMatrix = i === 2 || i === 4;
        const data = Float64Array.of(i * 1e6, 7.25);
        return [
          `f${i}`,
          isMatrix ? { dims: [2, 1], data } as const : value as string,
        ];
      });
    const bytes = encodeMatStruct("s", Object.fromEntries(fields));
    await Deno.writeFile(path, bytes);
    const struct = await readDbStruct(path);
    assert.deepEqual(struct.qImageFns, ["2.jpg"]);
    assert.deepEqual(struct.utmQ, toPositions([[4e6, 7.25]]));
    assert.equal(struct.nonTrivPosDistSqThr, 100);
  });
});

Deno.test("writeDbStruct() writes what readDbStruct() reads, the same bytes each time", async () => {
  await inFolder(async (folder) => {
    const struct = {
      ...EXPECTED,
      dbImageFns: EXPECTED.dbImageFns.map((name) => `Zürich/東/${name}`),
    };
    await writeDbStruct(`${folder}/a.mat`, struct);
    await writeDbStruct(`${folder}/b.mat`, struct);
    assert.deepEqual(await readDbStruct(`${folder}/a.mat`), struct);
    assert.deepEqual(
      await Deno.readFile(`${folder}/a.mat`),
      await Deno.readFile(`${folder}/b.mat`),
    );
  });
});

/** Reads a file as pytorch-NetVlad's parse_dbStruct does. */
const SCIPY_READER = `
import json, sys
from scipy.io import loadmat
s = loadmat(sys.argv[1])['dbStruct'].item()
print(json.dumps([s[0].item(), [f[0].item() for f in s[1]], s[2].T.tolist(),
  [f[0].item() for f in s[3]], s[4].T.tolist(), *[v.item() for v in s[5:10]]]))
`;

const { missing } = await pythonPackage("scipy");

Deno.test({
  name: `writeDbStruct() writes what SciPy reads${missing}`,
  ignore: missing !== "",
  fn: () =>
    inFolder(async (folder) => {
      await writeDbStruct(`${folder}/a.mat`, EXPECTED);
      const args = [`${folder}/a.mat`];
      const read = await runPython(SCIPY_READER, { args });
      assert.deepEqual(JSON.parse(read), Object.values(expected));
    }),
});

Deno.test("writeDbStruct() refuses counts that disagree and positions that are not finite, all at once", async () => {
  await inFolder(async (folder) => {
    const struct = {
      ...EXPECTED,
      numImages: 61,
      utmQ: toPositions(expected.utmQ.with(3, [NaN, 0])),
    };
    await assert.rejects(writeDbStruct(`${folder}/a.mat`, struct), {
      name: "DatasetError",
      where:
        /dbImageFns has 60 names, utmDb 60 positions, but numImages is 61; east of position 4 of utmQ is not finite/,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("readDbStruct() says what a file has instead of a dbStruct", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/wrong.mat`;
    for (
      const [fields, where] of [
        [{ whichSet: "val", posDistThr: 25 }, /lacks dbImageFns, utmDb/],
        [{ a: 1, b: 2 }, /2 fields of other names/],
      ] as const
    ) {
      await Deno.writeFile(path, encodeMatStruct("dbStruct", fields));
      await assert.rejects(readDbStruct(path), {
        name: "DatasetError",
        where,
        fix: /whichSet, dbImageFns/,
      });
    }
  });
});
