import assert from "node:assert/strict";
import { openHdf5 } from "../lib/hdf5.ts";
import { openInHdf5 } from "../lib/hdf5_module.ts";
import { inFolder } from "./in_folder.ts";

/** Makes a dataset of rows that were never written: they take no place in the file. */
async function makeUnwritten(path: string, numRows: number): Promise<void> {
  const { file, close } = await openInHdf5(path, "w");
  file.create_dataset({
    name: "x",
    data: new Float32Array(0),
    shape: [0, 1000],
    maxshape: [null, 1000],
    chunks: [100, 1000],
  }).resize([numRows, 1000]);
  close();
}

Deno.test("openHdf5() reads no more of a dataset than its file can hold", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x.h5`;
    await makeUnwritten(path, 10_000_000);
    assert.ok(Deno.statSync(path).size < 10_000);
    using file = await openHdf5(path);
    const failure = {
      name: "CheckpointError",
      where:
        `${path} (/x would take 40000000000 bytes, far more than its file)`,
    };
    assert.throws(() => file.readDataset("x"), failure);
    assert.throws(() => file.readRows("x", 0, 10_000_000), failure);
    const { shape, data } = file.readRows("x", 9_999_000, 2);
    assert.deepEqual(shape, [2, 1000]);
    assert.ok(data.every((value) => value === 0));
  }));

Deno.test("openHdf5() reads a small dataset that was never written", () =>
  inFolder(async (folder) => {
    await makeUnwritten(`${folder}/x.h5`, 100);
    using file = await openHdf5(`${folder}/x.h5`);
    assert.equal(file.readDataset("x").data.length, 100_000);
  }));
