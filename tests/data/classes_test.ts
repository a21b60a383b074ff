import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { BIRDS, CLOTHES, PRODUCTS, readUnseen } from "./class_lists.ts";
import { withFiles } from "./make_files.ts";

const FOLDERS = ["b/1.jpg", "b/2.png", "a/x/1.jpg", "a/2.jpg", "c/1.jpg"];

/** Paths below a folder, and the class of each. */
function listClasses(
  { database }: PlaceDataset,
  folder: string,
): [string, number][] {
  return database.paths.map((path, i) => [
    path.slice(folder.length + 1),
    database.eastMeters[i]!,
  ]);
}

Deno.test("readDataset() numbers class folders, with each image against all others", async () => {
  await withFiles(FOLDERS, async (folder) => {
    const all = await readUnseen("classes", folder, "test", {
      heldOutClasses: 0,
    });
    assert.deepEqual(listClasses(all, folder), [
      ["a/2.jpg", 0],
      ["a/x/1.jpg", 0],
      ["b/1.jpg", 1],
      ["b/2.png", 1],
      ["c/1.jpg", 2],
    ]);
    assert.equal(all.queries, all.database);
    assert.deepEqual(all.ownDatabaseIndex, Int32Array.of(0, 1, 2, 3, 4));
    assert.deepEqual(
      [all.unit, all.split, all.positiveRadius, all.potentialPositiveRing],
      ["classes", "all", 0.5, [0, 0.5]],
    );
  });
});

Deno.test("readDataset() holds out the last classes where no folder says what a split is", async () => {
  await withFiles(FOLDERS, async (folder) => {
    const train = await readUnseen("classes", folder, "train");
    assert.deepEqual(
      listClasses(train, folder).map(([path]) => path),
      ["a/2.jpg", "a/x/1.jpg", "b/1.jpg", "b/2.png"],
    );
    for (const split of ["val", "test"] as const) {
      const held = await readUnseen("classes", folder, split);
      assert.deepEqual(listClasses(held, folder), [["c/1.jpg", 0]]);
      assert.equal(held.split, "test");
    }
    await assert.rejects(
      readUnseen("classes", folder, "test", { heldOutClasses: 0.3 }),
      { name: "DatasetError", where: /has 3, heldOutClasses is 0.3/ },
    );
  });
});

Deno.test("readDataset() reads folders of splits, one for val and test alike if there is no other", async () => {
  const files = [
    "train/a/1.jpg",
    "train/b/1.jpg",
    "val/c/1.jpg",
    "notes/x.txt",
  ];
  await withFiles(files, async (folder) => {
    const train = await readUnseen("classes", folder, "train");
    assert.deepEqual(listClasses(train, folder).map(([, each]) => each), [
      0,
      1,
    ]);
    const test = await readUnseen("classes", folder, "test");
    assert.deepEqual(listClasses(test, folder), [["val/c/1.jpg", 0]]);
    assert.equal(test.split, "val");
  });
  await withFiles(["test/c/1.jpg"], async (folder) => {
    await assert.rejects(readUnseen("classes", folder, "train"), {
      name: "DatasetError",
      where: join(folder, "train"),
      fix: /there are test$/,
    });
  });
  await withFiles(["train/1.jpg", "ship/1.jpg"], async (folder) => {
    const all = await readUnseen("classes", folder, "test", {
      heldOutClasses: 0,
    });
    assert.deepEqual(listClasses(all, folder), [["ship/1.jpg", 0], [
      "train/1.jpg",
      1,
    ]], "a class can be called train");
  });
});

Deno.test("readDataset() refuses images outside of class folders", async () => {
  await withFiles(["a/1.jpg", "loose.jpg"], async (folder) => {
    await assert.rejects(readUnseen("classes", folder, "test"), {
      name: "DatasetError",
      where: join(folder, "loose.jpg"),
      fix: /into the folder of its class/,
    });
  });
});

Deno.test("readDataset() splits CUB-200-2011 after class 100", async () => {
  await withFiles(BIRDS, async (folder) => {
    const train = await readUnseen("cub200", folder, "train");
    assert.deepEqual(listClasses(train, folder), [
      ["images/001.A/a.jpg", 0],
      ["images/001.A/b.jpg", 0],
      ["images/100.B/c.jpg", 1],
    ]);
    const val = await readUnseen("cub200", folder, "val");
    assert.deepEqual(listClasses(val, folder), [["images/101.C/d.jpg", 0]]);
    assert.deepEqual([val.name, val.split], ["cub200", "test"]);
  });
});

Deno.test("readDataset() splits Stanford Cars after class 98", async () => {
  const golden = new URL("../golden/cars196/", import.meta.url).pathname;
  const train = await readUnseen("cars196", golden, "train");
  assert.deepEqual(listClasses(train, golden.slice(0, -1)), [
    ["car_ims/000001.jpg", 0],
    ["car_ims/000002.jpg", 1],
    ["car_ims/000005.jpg", 1],
  ]);
  const test = await readUnseen("cars196", golden, "test");
  assert.deepEqual(listClasses(test, golden.slice(0, -1)).map(([, i]) => i), [
    0,
    1,
    0,
  ]);
});

Deno.test("readDataset() reads the lists of Stanford Online Products", async () => {
  const inside = Object.fromEntries(
    Object.entries(PRODUCTS).map((
      [name, text],
    ) => [`Stanford_Online_Products/${name}`, text]),
  );
  await withFiles(inside, async (folder) => {
    const root = join(folder, "Stanford_Online_Products");
    const train = await readUnseen("sop", folder, "train");
    assert.deepEqual(listClasses(train, root), [
      ["bicycle_final/1.JPG", 0],
      ["bicycle_final/2.JPG", 0],
      ["bicycle_final/3.JPG", 1],
    ]);
    const test = await readUnseen("sop", root, "test");
    assert.deepEqual(listClasses(test, root), [["sofa_final/4.JPG", 0]]);
  });
});

Deno.test("readDataset() looks queries of DeepFashion up in its gallery", async () => {
  await withFiles(CLOTHES, async (folder) => {
    const train = await readUnseen("inshop", folder, "train");
    assert.deepEqual(listClasses(train, folder), [
      ["img/1.jpg", 0],
      ["img/2.jpg", 0],
    ]);
    assert.equal(train.queries, train.database);
    const test = await readUnseen("inshop", folder, "test");
    assert.deepEqual(listClasses(test, folder), [
      ["img/4.jpg", 0],
      ["img/5.jpg", 1],
    ]);
    assert.deepEqual(test.queries.paths.map((path) => path.slice(-5)), [
      "3.jpg",
      "6.jpg",
    ]);
    assert.deepEqual(test.queries.eastMeters, Float64Array.of(0, 1));
    assert.equal(test.ownDatabaseIndex, undefined);
  });
  await withFiles({ ...CLOTHES, "Img/img/1.jpg": "" }, async (folder) => {
    const { database } = await readUnseen("inshop", folder, "train");
    assert.equal(database.paths[1], join(folder, "Img/img/2.jpg"));
  });
});
