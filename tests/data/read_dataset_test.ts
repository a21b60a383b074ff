import assert from "node:assert/strict";
import { type DbStruct, writeDbStruct } from "../../lib/data/dbstruct.ts";
import {
  DATASET_DEFAULTS,
  type DatasetOptions,
  readDataset,
  resolveDatasetOptions,
} from "../../lib/data/read_dataset.ts";
import { inFolder } from "../in_folder.ts";
import { withFiles } from "./make_files.ts";

const PLACE = {
  eastMeters: Float64Array.of(1),
  northMeters: Float64Array.of(2),
};
const STRUCT: DbStruct = {
  whichSet: "val",
  dbImageFns: ["a.jpg"],
  utmDb: PLACE,
  qImageFns: ["q.jpg"],
  utmQ: PLACE,
  numImages: 1,
  numQueries: 1,
  posDistThr: 25,
  posDistSqThr: 625,
  nonTrivPosDistSqThr: 100,
};

Deno.test("readDataset() reads every layout", async () => {
  const files = [
    "a.jpg",
    "queries_real/q.jpg",
    "val/database/@1@2@.jpg",
    "val/queries/@1@2@.jpg",
    "frames/1.jpg",
  ];
  await withFiles(files, async (folder) => {
    await writeDbStruct(`${folder}/datasets/pitts30k_val.mat`, STRUCT);
    const positions = `${folder}/p.csv`;
    await Deno.writeTextFile(positions, "image,easting,northing\na.jpg,1,2\n");
    const name = folder.split("/").at(-1)!;
    const layouts: [Partial<DatasetOptions>, string, string][] = [
      [{ dataset: "pittsburgh" }, "pittsburgh", "meters"],
      [{ dataset: "demo" }, "demo", "meters"],
      [{ dataset: "utm" }, name, "meters"],
      [{ dataset: "csv", positions, leaveOneOut: true }, name, "meters"],
      [
        { dataset: "frames", database: "frames", queries: "frames" },
        name,
        "frames",
      ],
    ];
    for (const [options, wantedName, unit] of layouts) {
      const read = await readDataset({ dataPath: folder, ...options });
      assert.deepEqual([read.name, read.unit], [wantedName, unit]);
      assert.equal(read.positiveRadius, unit === "frames" ? 3 : 25);
      assert.equal(read.queries.paths.length, 1);
    }
  });
});

Deno.test("resolveDatasetOptions() fills in the defaults and resolves what it resolved", () => {
  const options = resolveDatasetOptions({ dataPath: "data" });
  assert.deepEqual(options, { ...DATASET_DEFAULTS, dataPath: "data" });
  assert.deepEqual(resolveDatasetOptions(options), options);
});

Deno.test("resolveDatasetOptions() names every bad value at once", () => {
  const bad = {
    dataset: "tokyo",
    dataPath: "data",
    split: "dev",
    frameTolerance: 1.5,
    frames: "9:3",
    positiveRadius: 0,
    potentialPositiveRing: [10, 10],
  } as unknown as DatasetOptions;
  assert.throws(() => resolveDatasetOptions(bad), {
    name: "OptionsError",
    where:
      /^dataset is "tokyo", .*split is "dev", .*frameTolerance is 1\.5, .*frames is "9:3", .*positiveRadius is 0, .*potentialPositiveRing is \[10,10\], /,
    fix: /correct them/,
  });
});

Deno.test("resolveDatasetOptions() names options that do not go together", () => {
  const cases: [Partial<DatasetOptions>, string][] = [
    [{}, "dataPath is missing, pittsburgh needs it"],
    [{ dataset: "csv" }, "positions is missing, csv needs it"],
    [
      { dataset: "frames", dataPath: "x", positiveRadius: 5 },
      "database is missing, frames needs it; queries is missing, frames needs it; positiveRadius is given, frames has no use for it",
    ],
    [
      { dataPath: "x", leaveOneOut: true, frames: "0:5" },
      "leaveOneOut is given, pittsburgh has no use for it; frames is given, pittsburgh has no use for it",
    ],
    [
      { dataset: "utm", dataPath: "x", split: "test250k" },
      "split is test250k, only pittsburgh has it",
    ],
  ];
  for (const [given, where] of cases) {
    assert.throws(() => resolveDatasetOptions(given), {
      name: "OptionsError",
      where,
      fix: /correct them/,
    });
  }
});

Deno.test("readDataset() looks for the demo city where the demo makes it", () =>
  inFolder(async (folder) => {
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      await assert.rejects(readDataset({ dataset: "demo" }), {
        name: "DatasetError",
        where: /demo\/city/,
      });
    } finally {
      Deno.chdir(before);
    }
  }));
