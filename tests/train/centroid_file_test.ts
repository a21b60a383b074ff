import assert from "node:assert/strict";
import { writeHdf5 } from "../../lib/hdf5.ts";
import {
  checkCentroids,
  readCentroids,
  writeCentroids,
} from "../../lib/train/centroid_file.ts";
import { inFolder } from "../in_folder.ts";

/** Written by pytorch-NetVlad's own code with h5py. */
const golden = new URL(
  "../golden/e_train/vgg16_d32_ckpt_desc_cen.hdf5",
  import.meta.url,
).pathname;

Deno.test("readCentroids() reads pytorch-NetVlad's file", async () => {
  const file = await readCentroids(golden);
  assert.deepEqual(
    { K: file.K, D: file.D, numDescriptors: file.numDescriptors },
    { K: 4, D: 16, numDescriptors: 600 },
  );
  assert.equal(file.path, golden);
  assert.equal(file.madeBy, undefined);
  assert.equal(file.centroids.length, 4 * 16);
  assert.equal(file.descriptors.length, 600 * 16);
  assert.equal(file.centroids[0], Math.fround(0.1490449607372284));
  const norm = Math.hypot(...file.descriptors.slice(0, 16));
  assert.ok(Math.abs(norm - 1) < 1e-6, `norm ${norm}`);
});

Deno.test("writeCentroids() writes what readCentroids() reads", async () => {
  await inFolder(async (folder) => {
    const file = await readCentroids(golden);
    const path = `${folder}/new/vgg16_toy_4_desc_cen.hdf5`;
    await writeCentroids(path, file, "vgg16 of toy");
    const madeBy = "vgg16 of toy";
    assert.deepEqual(await readCentroids(path), { ...file, path, madeBy });
  });
});

Deno.test("readCentroids() refuses a file without centroids, or of two widths", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/c.hdf5`;
    const matrix = (numRows: number, rowLength: number) => ({
      shape: [numRows, rowLength],
      data: new Float32Array(numRows * rowLength),
    });
    await writeHdf5(path, { descriptors: matrix(3, 2) });
    await assert.rejects(readCentroids(path), {
      name: "CheckpointError",
      where: `${path} (no dataset centroids; it has descriptors)`,
    });
    await writeHdf5(path, {
      descriptors: matrix(3, 2),
      centroids: matrix(1, 5),
    });
    await assert.rejects(readCentroids(path), {
      name: "CheckpointError",
      where: `${path} (centroids of length 5, descriptors of length 2)`,
      fix: /cluster again/,
    });
    const vector = { shape: [2], data: new Float32Array(2) };
    await writeHdf5(path, { descriptors: matrix(3, 2), centroids: vector });
    await assert.rejects(readCentroids(path), {
      where: `${path} (centroids is [2])`,
    });
  });
});

Deno.test("checkCentroids() refuses another width and another number", () => {
  const file = { path: "c.hdf5", K: 64, D: 512 };
  checkCentroids(file, { K: 64, D: 512 });
  for (const wanted of [{ K: 64, D: 256 }, { K: 16, D: 512 }]) {
    assert.throws(() => checkCentroids(file, wanted), {
      name: "CheckpointError",
      message: /^Cannot use 64 centroids of length 512 for \d+ clusters/,
      where: "c.hdf5",
      fix: /^cluster again/,
    });
  }
});
