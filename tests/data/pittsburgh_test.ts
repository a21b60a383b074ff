import assert from "node:assert/strict";
import { type DbStruct, writeDbStruct } from "../../lib/data/dbstruct.ts";
import { readPittsburghDataset } from "../../lib/data/pittsburgh.ts";
import { withFiles } from "./make_files.ts";

const GOLDEN = new URL(
  "../../../shared/golden/k_dataset/pittsburgh",
  import.meta.url,
);
const hasGolden = await Deno.stat(GOLDEN).then(() => true, () => false);

const STRUCT: DbStruct = {
  whichSet: "test",
  dbImageFns: ["000/a.jpg", "000/b.jpg"],
  utmDb: {
    eastMeters: Float64Array.of(584982.72794369, 584990.5),
    northMeters: Float64Array.of(4476997.676741658, 4476999),
  },
  qImageFns: ["000/q.jpg"],
  utmQ: {
    eastMeters: Float64Array.of(584983),
    northMeters: Float64Array.of(4476998),
  },
  numImages: 2,
  numQueries: 1,
  posDistThr: 20,
  posDistSqThr: 400,
  nonTrivPosDistSqThr: 36,
};
const IMAGES = ["000/a.jpg", "queries_real/000/q.jpg"];

Deno.test("readPittsburghDataset() reads each split from its own specification", async () => {
  const files = {
    train: "pitts30k_train.mat",
    val: "pitts30k_val.mat",
    test: "pitts30k_test.mat",
    test250k: "pitts250k_test.mat",
  } as const;
  for (const split of ["train", "val", "test", "test250k"] as const) {
    await withFiles(IMAGES, async (folder) => {
      await writeDbStruct(`${folder}/datasets/${files[split]}`, STRUCT);
      assert.deepEqual(await readPittsburghDataset(folder, split), {
        name: "pittsburgh",
        split,
        database: {
          paths: [`${folder}/000/a.jpg`, `${folder}/000/b.jpg`],
          ...STRUCT.utmDb,
        },
        queries: {
          paths: [`${folder}/queries_real/000/q.jpg`],
          ...STRUCT.utmQ,
        },
        positiveRadius: 20,
        potentialPositiveRing: [0, 6],
        unit: "meters",
      });
    });
  }
});

Deno.test("readPittsburghDataset() lets options win over the specification", async () => {
  await withFiles(IMAGES, async (folder) => {
    await writeDbStruct(`${folder}/datasets/pitts30k_val.mat`, STRUCT);
    const read = await readPittsburghDataset(folder, "val", {
      positiveRadius: 50,
      potentialPositiveRing: [10, 25],
    });
    assert.equal(read.positiveRadius, 50);
    assert.deepEqual(read.potentialPositiveRing, [10, 25]);

    const near = await readPittsburghDataset(folder, "val", {
      positiveRadius: 4,
    });
    assert.deepEqual(near.potentialPositiveRing, [0, 4]);

    await assert.rejects(
      readPittsburghDataset(folder, "val", { potentialPositiveRing: [0, 30] }),
      {
        name: "OptionsError",
        where: "potentialPositiveRing is [0,30], the evaluation radius 20",
        fix: /end at the evaluation radius/,
      },
    );
  });
});

Deno.test("readPittsburghDataset() says what is missing and what is there", async () => {
  await withFiles(["images/x.jpg"], async (folder) => {
    await assert.rejects(readPittsburghDataset(folder, "val"), {
      name: "DatasetError",
      where: `${folder}/datasets`,
      fix: /set dataPath .* holds images\/$/,
    });
    await writeDbStruct(`${folder}/datasets/pitts30k_val.mat`, STRUCT);
    await assert.rejects(readPittsburghDataset(folder, "train"), {
      name: "DatasetError",
      where: /datasets\/pitts30k_train\.mat/,
      fix: /holds pitts30k_val\.mat$/,
    });
    await assert.rejects(readPittsburghDataset(folder, "val"), {
      name: "DatasetError",
      where: /\/000\/a\.jpg .*named by .*pitts30k_val\.mat$/,
      fix: /set dataPath/,
    });
  });
  await withFiles(["000/a.jpg"], async (folder) => {
    await writeDbStruct(`${folder}/datasets/pitts30k_val.mat`, STRUCT);
    await assert.rejects(readPittsburghDataset(folder, "val"), {
      name: "DatasetError",
      where: /\/queries_real\/000\/q\.jpg/,
      fix: /set dataPath/,
    });
  });
});

Deno.test("readPittsburghDataset() refuses a split without queries", async () => {
  await withFiles(IMAGES, async (folder) => {
    const none = {
      eastMeters: new Float64Array(),
      northMeters: new Float64Array(),
    };
    await writeDbStruct(`${folder}/datasets/pitts30k_val.mat`, {
      ...STRUCT,
      qImageFns: [],
      utmQ: none,
      numQueries: 0,
    });
    await assert.rejects(readPittsburghDataset(folder, "val"), {
      name: "DatasetError",
      where: /pitts30k_val\.mat, split val$/,
      fix: /add images/,
    });
  });
});

Deno.test({
  name: `readPittsburghDataset() reads the golden dataset${
    hasGolden ? "" : " (skipped: no ../shared/golden)"
  }`,
  ignore: !hasGolden,
  fn: async () => {
    for (const split of ["train", "val", "test", "test250k"] as const) {
      const read = await readPittsburghDataset(GOLDEN.pathname, split);
      const all = [...read.database.paths, ...read.queries.paths];
      assert.equal(all.length, split === "test250k" ? 32 : 84);
      for (const path of all) assert.ok((await Deno.stat(path)).isFile);
    }
  },
});
