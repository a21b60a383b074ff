import assert from "node:assert/strict";
import { join } from "node:path";
import { findWithinRadius, listNeighbors } from "../../lib/data/radius.ts";
import { readDataset } from "../../lib/data/read_dataset.ts";
import { readMat } from "../../lib/mat.ts";
import { groupPanoramas } from "../../lib/evaluate/selection.ts";
import { writeNpy } from "../../lib/npy.ts";
import { inFolder } from "../in_folder.ts";

/** Stored, not compressed: a zip archive of one entry after another, without checksums. */
function zipStored(entries: Record<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (list: Uint8Array[], bytes: Uint8Array): void => {
    list.push(bytes);
    if (list === parts) at += bytes.length;
  };
  for (const [name, content] of Object.entries(entries)) {
    const text = new TextEncoder().encode(name);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(26, text.length, true);
    const entry = new DataView(new ArrayBuffer(46));
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint32(20, content.length, true);
    entry.setUint32(24, content.length, true);
    entry.setUint16(28, text.length, true);
    entry.setUint32(42, at, true);
    add(directory, new Uint8Array(entry.buffer));
    add(directory, text);
    for (const part of [new Uint8Array(local.buffer), text, content]) {
      add(parts, part);
    }
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.setUint32(12, size, true);
  end.setUint32(16, at, true);
  const all = [...parts, ...directory, new Uint8Array(end.buffer)];
  return Uint8Array.from(all.flatMap((part) => [...part]));
}

/** A `.npz` of float64 arrays. */
async function writeNpz(
  path: string,
  arrays: Record<string, { shape: number[]; values: number[] }>,
): Promise<void> {
  const entries: Record<string, Uint8Array> = {};
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    await writeNpy(`${path}.npy`, { shape, data: Float64Array.from(values) });
    entries[`${name}.npy`] = await Deno.readFile(`${path}.npy`);
  }
  await Deno.writeFile(path, zipStored(entries));
}

async function withLists(
  act: (
    read: (groundTruth: string) => ReturnType<typeof readDataset>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      join(folder, "db.txt"),
      "./a.jpg\n./b.jpg\nc.jpg\n",
    );
    await Deno.writeTextFile(join(folder, "q.txt"), "a.jpg\nc.jpg\n");
    for (const name of ["a", "b", "c"]) {
      await Deno.writeTextFile(join(folder, `${name}.jpg`), "");
    }
    await act((groundTruth) =>
      readDataset({
        dataset: "lists",
        dataPath: folder,
        database: join(folder, "db.txt"),
        queries: join(folder, "q.txt"),
        groundTruth: join(folder, groundTruth),
      }), folder);
  });
}

const PLACES = {
  utmDb: { shape: [3, 2], values: [0, 0, 10, 0, 0, 7] },
  utmQ: { shape: [2, 2], values: [1, 0, 1e6, 0] },
  posDistThr: { shape: [], values: [7] },
};

Deno.test("readNameLists() reads positions from .npz, in the order of the names", () =>
  withLists(async (read, folder) => {
    await writeNpz(join(folder, "gt.npz"), PLACES);
    const { database, queries, positiveRadius, unit } = await read("gt.npz");
    assert.deepEqual(
      database.paths,
      ["a.jpg", "b.jpg", "c.jpg"].map((name) => join(folder, name)),
    );
    assert.deepEqual([...database.eastMeters], [0, 10, 0]);
    assert.deepEqual([...database.northMeters], [0, 0, 7]);
    assert.deepEqual([...queries.eastMeters], [1, 1e6]);
    assert.equal(positiveRadius, 7);
    assert.equal(unit, "meters");
  }));

Deno.test("readNameLists() reads what is right from .npy", () =>
  withLists(async (read, folder) => {
    await writeNpy(join(folder, "gt.npy"), {
      shape: [2, 2],
      data: Int32Array.of(2, 0, 1, 1),
    });
    const { truth, unit } = await read("gt.npy");
    assert.equal(unit, "lists");
    assert.deepEqual([...listNeighbors(truth!.positives, 0)], [0, 2]);
    assert.deepEqual([...listNeighbors(truth!.positives, 1)], [1]);
    assert.equal(truth!.ignored.indices.length, 0);
  }));

Deno.test("readNameLists() names counts, positions and indices that do not fit", () =>
  withLists(async (read, folder) => {
    const write = (arrays: Parameters<typeof writeNpz>[1]): Promise<void> =>
      writeNpz(join(folder, "gt.npz"), arrays);
    const bad = (where: RegExp) => ({ name: "DatasetError", where });
    await write({ ...PLACES, utmDb: PLACES.utmQ });
    await assert.rejects(read("gt.npz"), bad(/utmDb is \[2,2\], of 3 names$/));
    await write({ utmDb: PLACES.utmDb });
    await assert.rejects(read("gt.npz"), bad(/utmQ is \[\], of 2 names$/));
    const values = [1, 0, NaN, 0];
    await write({ ...PLACES, utmQ: { shape: [2, 2], values } });
    await assert.rejects(read("gt.npz"), bad(/utmQ is \[2,2\]/));
    const lists = (shape: number[], ...indices: number[]) =>
      writeNpy(join(folder, "gt.npy"), {
        shape,
        data: Int32Array.from(indices),
      });
    await lists([3], 0, 1, 2);
    await assert.rejects(read("gt.npy"), bad(/3 lists for 2 queries$/));
    await lists([2], 0, 3);
    await assert.rejects(read("gt.npy"), bad(/query 2 lists the image 3$/));
    await lists([2], -1, 0);
    await assert.rejects(read("gt.npy"), bad(/query 1 lists the image -1$/));
    await Deno.writeTextFile(join(folder, "gt.npz"), "no archive");
    await assert.rejects(read("gt.npz"), bad(/cut short/));
    await assert.rejects(read("none.npz"), bad(/none.npz/));
  }));

Deno.test("resolveDatasetOptions() knows which options name lists and ground truths go with", async () => {
  const reading = (options: Parameters<typeof readDataset>[0]) =>
    readDataset(options);
  await assert.rejects(reading({ dataset: "lists" }), {
    name: "OptionsError",
    where:
      "dataPath is missing, lists needs it; database is missing, lists needs it; queries is missing, lists needs it; groundTruth is missing, lists needs it",
  });
  await assert.rejects(
    reading({ dataset: "oxford", dataPath: "x", positiveRadius: 5 }),
    { where: "positiveRadius is given, oxford has no use for it" },
  );
  await assert.rejects(
    reading({ dataset: "utm", dataPath: "x", groundTruth: "x.npz" }),
    { where: "groundTruth is given, utm has no use for it" },
  );
  await assert.rejects(
    reading({ dataset: "utm", dataPath: "x", groundTruth: "x.txt" }),
    { where: /^groundTruth is "x.txt", must be a file .npz or .npy/ },
  );
});

const SPECS = new URL("../../../shared/data/specs/", import.meta.url).pathname;
const PATCH = join(SPECS, "patchnetvlad/patchnetvlad");
const hasSpecs = await Deno.stat(PATCH).then(() => true, () => false);
const NAMED: Record<
  string,
  { database?: string; queries: string; npz: string }
> = {
  pitts30k: {
    database: "pitts30k_imageNames_index.txt",
    queries: "pitts30k_imageNames_query.txt",
    npz: "pitts30k_test.npz",
  },
  nordland: {
    database: "nordland_imageNames_index.txt",
    queries: "nordland_imageNames_query.txt",
    npz: "nordland.npz",
  },
  tokyo247: { queries: "tokyo247_imageNames_query.txt", npz: "tokyo247.npz" },
};

/** Reads a real specification; the names of Tokyo's database are in a file of their own. */
async function readReal(
  name: string,
): Promise<Awaited<ReturnType<typeof readDataset>>> {
  const { database, queries, npz } = NAMED[name]!;
  const names = join(PATCH, "dataset_imagenames");
  const read = (list: string) =>
    readDataset({
      dataset: "lists",
      dataPath: "images",
      database: list,
      queries: join(names, queries),
      groundTruth: join(PATCH, "dataset_gt_files", npz),
    }, { expectFiles: false });
  if (database !== undefined) return await read(join(names, database));
  const file = join(SPECS, "tokyo247-names-relja-fork/dbTokyoTMImageFns.mat");
  const list = await Deno.makeTempFile();
  try {
    const texts: string[] = [];
    const collect = (value: { kind: string }): void => {
      if (value.kind === "text") {
        texts.push(...(value as unknown as { rows: string[] }).rows);
      }
      if (value.kind === "cell") {
        (value as unknown as { cells: { kind: string }[] }).cells
          .forEach(collect);
      }
    };
    for (const value of (await readMat(file)).values()) collect(value);
    await Deno.writeTextFile(list, texts.join("\n"));
    return await read(list);
  } finally {
    await Deno.remove(list);
  }
}

/** Counts by NumPy over all pairs: positives of all queries, queries without one, most of a query. */
const COUNTS: Record<
  string,
  {
    sizes: [number, number];
    panoramas?: number;
    within: Record<number, [number, number, number]>;
  }
> = {
  pitts30k: {
    sizes: [6816, 10000],
    within: {
      5: [101952, 2736, 48],
      10: [262272, 384, 96],
      25: [968448, 0, 360],
      50: [2892864, 0, 936],
    },
  },
  tokyo247: {
    sizes: [315, 75984],
    panoramas: 75984 / 12,
    within: {
      5: [3348, 117, 48],
      10: [11448, 0, 84],
      25: [37260, 0, 240],
      50: [110376, 0, 720],
    },
  },
  nordland: {
    sizes: [27592, 27592],
    within: { 5: [193132, 0, 7], 10: [413824, 0, 15] },
  },
};

for (const [name, { sizes, panoramas, within }] of Object.entries(COUNTS)) {
  Deno.test({
    name:
      `readNameLists() reads ${name} of Patch-NetVLAD, and every radius count is right${
        hasSpecs ? "" : " (skipped: no ../shared/data)"
      }`,
    ignore: !hasSpecs,
    fn: async () => {
      const dataset = await readReal(name);
      const { queries, database, positiveRadius } = dataset;
      assert.deepEqual([queries.paths.length, database.paths.length], sizes);
      assert.equal(positiveRadius, name === "nordland" ? 10 : 25);
      for (const [radius, counts] of Object.entries(within)) {
        const { offsets } = findWithinRadius(queries, database, Number(radius));
        const found = queries.paths.map((_, i) =>
          offsets[i + 1]! - offsets[i]!
        );
        assert.deepEqual(
          [
            found.reduce((a, b) => a + b),
            found.filter((count) => count === 0).length,
            Math.max(...found),
          ],
          counts,
          `within ${radius}`,
        );
      }
      if (panoramas === undefined) return;
      const groups = groupPanoramas(database);
      assert.equal(Math.max(...groups) + 1, panoramas);
      // as netvlad's dbTokyo247.m has it: image i is of panorama i / 12
      assert.ok(groups.every((group, i) => group === Math.floor(i / 12)));
    },
  });
}
