import assert from "node:assert/strict";
import { readUtmFolderDataset } from "../../lib/data/utm_folder.ts";
import { withFiles } from "./make_files.ts";

const FILES = [
  "database/b/@0584990.25@4476999@17@T@x@.jpg",
  "database/@584982.72794369@4476997.676741658@.jpg",
  "queries/@-12.5@0@q.PNG",
];

for (const root of ["", "images/"]) {
  Deno.test(`readUtmFolderDataset() reads positions from the names under ${root}val`, async () => {
    const files = FILES.map((file) => `${root}val/${file}`);
    await withFiles(files, async (folder) => {
      const read = await readUtmFolderDataset(folder, "val");
      assert.deepEqual(read.database, {
        paths: [`${folder}/${files[1]}`, `${folder}/${files[0]}`],
        eastMeters: Float64Array.of(584982.72794369, 584990.25),
        northMeters: Float64Array.of(4476997.676741658, 4476999),
      });
      assert.deepEqual(read.queries, {
        paths: [`${folder}/${files[2]}`],
        eastMeters: Float64Array.of(-12.5),
        northMeters: Float64Array.of(0),
      });
      assert.equal(read.name, folder.split("/").at(-1));
      assert.deepEqual(
        [read.split, read.positiveRadius, read.potentialPositiveRing],
        ["val", 25, [0, 10]],
      );
    });
  });
}

Deno.test("readUtmFolderDataset() names the images without a position", async () => {
  const files = [...FILES, "database/IMG_1.jpg", "database/@1@x@2.jpg"];
  await withFiles(files.map((file) => `test/${file}`), async (folder) => {
    await assert.rejects(readUtmFolderDataset(folder, "test"), {
      name: "DatasetError",
      where:
        `${folder}/test/database/@1@x@2.jpg, ${folder}/test/database/IMG_1.jpg`,
      fix: /@EAST@NORTH@anything\.jpg/,
    });
  });
});

Deno.test("readUtmFolderDataset() says what is there instead of a split or a side of it", async () => {
  await withFiles(FILES.map((file) => `val/${file}`), async (folder) => {
    await assert.rejects(readUtmFolderDataset(folder, "test"), {
      name: "DatasetError",
      where: `${folder}/test`,
      fix: /holds val\/$/,
    });
    await Deno.remove(`${folder}/val/queries`, { recursive: true });
    await assert.rejects(readUtmFolderDataset(folder, "val"), {
      name: "DatasetError",
      where: /\/val\/queries/,
      fix: /holds database\/$/,
    });
  });
});
