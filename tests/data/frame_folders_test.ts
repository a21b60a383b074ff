import assert from "node:assert/strict";
import {
  parseFrameRange,
  readFrameFolders,
} from "../../lib/data/frame_folders.ts";
import { withFiles } from "./make_files.ts";

const FILES = [
  ...[0, 1, 2, 9, 10, 11].map((i) => `summer/frame_${i}.jpg`),
  ...["0000", "0001", "0002"].map((i) => `winter/${i}.png`),
];
const OPTIONS = {
  database: "summer",
  queries: "winter",
  frameTolerance: 2,
  frames: "",
  potentialPositiveRing: null,
};

Deno.test("readFrameFolders() counts frames in the order of their numbers", async () => {
  await withFiles(FILES, async (folder) => {
    const read = await readFrameFolders(folder, OPTIONS);
    assert.deepEqual(
      read.database.paths,
      [0, 1, 2, 9, 10, 11].map((i) => `${folder}/summer/frame_${i}.jpg`),
    );
    assert.deepEqual(
      read.database.eastMeters,
      Float64Array.of(0, 1, 2, 3, 4, 5),
    );
    assert.deepEqual(read.queries.northMeters, new Float64Array(3));
    assert.deepEqual(
      [read.split, read.unit, read.positiveRadius, read.potentialPositiveRing],
      ["all", "frames", 2, [0, 2]],
    );
  });
});

Deno.test("readFrameFolders() keeps frame numbers when it reads a part", async () => {
  await withFiles(FILES, async (folder) => {
    const read = await readFrameFolders(folder, { ...OPTIONS, frames: "2:5" });
    assert.deepEqual(read.database.eastMeters, Float64Array.of(2, 3, 4));
    assert.deepEqual(read.queries.paths, [`${folder}/winter/0002.png`]);
    assert.deepEqual(read.queries.eastMeters, Float64Array.of(2));
    assert.equal(read.split, "2-5");
    const rest = await readFrameFolders(folder, { ...OPTIONS, frames: "2:" });
    assert.equal(rest.split, "2-end");
    await assert.rejects(
      readFrameFolders(folder, { ...OPTIONS, frames: "3:" }),
      {
        name: "DatasetError",
        where: /winter has 3 frames/,
        fix: /at least one frame/,
      },
    );
  });
});

Deno.test("readFrameFolders() says what is there instead of a folder", async () => {
  await withFiles(FILES, async (folder) => {
    await assert.rejects(
      readFrameFolders(folder, { ...OPTIONS, queries: "autumn" }),
      {
        name: "DatasetError",
        where: /\/autumn/,
        fix: /holds summer\/, winter\/$/,
      },
    );
  });
});

Deno.test("parseFrameRange() reads ranges and nothing else", () => {
  assert.deepEqual(parseFrameRange("3:74"), { first: 3, end: 74 });
  assert.deepEqual(parseFrameRange(":74"), { first: 0, end: 74 });
  assert.deepEqual(parseFrameRange("74:"), { first: 74, end: Infinity });
  assert.deepEqual(parseFrameRange(""), { first: 0, end: Infinity });
  for (const text of ["74", "5:5", "6:5", "-1:3", "0:0.5", "a:b", " "]) {
    assert.equal(parseFrameRange(text), null);
  }
});
