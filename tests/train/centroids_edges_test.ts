import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { writeHdf5 } from "../../lib/hdf5.ts";
import { drain } from "../../lib/progress.ts";
import { readCentroids } from "../../lib/train/centroid_file.ts";
import { startCentroids } from "../../lib/train/start_centroids.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";

interface Matrix {
  shape: [number, number];
  data: Float32Array<ArrayBuffer>;
}

function makeMatrix(numRows: number, rowLength: number): Matrix {
  const size = numRows * rowLength;
  return {
    shape: [numRows, rowLength],
    data: Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
  };
}

Deno.test("readCentroids() refuses fewer descriptors than centroids, and values that are not finite", () =>
  inFolder(async (folder) => {
    const path = join(folder, "c.hdf5");
    const refuse = async (
      descriptors: Matrix,
      centroids: Matrix,
      where: string,
    ): Promise<void> => {
      await writeHdf5(path, { descriptors, centroids });
      await assert.rejects(readCentroids(path), {
        name: "CheckpointError",
        message: /^Cannot read a centroid file/,
        where: `${path} (${where})`,
        fix: /^cluster again/,
      });
    };
    await refuse(
      makeMatrix(3, 2),
      makeMatrix(4, 2),
      "3 descriptors, fewer than its 4 centroids",
    );
    const broken = makeMatrix(4, 2);
    broken.data[5] = NaN;
    await refuse(makeMatrix(4, 2), broken, "row 2 of centroids is not finite");
    broken.data[5] = -Infinity;
    await refuse(
      broken,
      makeMatrix(4, 2),
      "row 2 of descriptors is not finite",
    );
    await writeHdf5(path, {
      descriptors: makeMatrix(4, 2),
      centroids: makeMatrix(4, 2),
    });
    assert.equal((await readCentroids(path)).K, 4);
  }));

/** Copies of one image of a single position, 3 m apart. */
async function writeCopies(
  folder: string,
  count: number,
): Promise<PlaceDataset> {
  const pixels = new Uint8Array(32 * 32 * 3).fill(100);
  const image = await encodeJpeg({ width: 32, height: 32, pixels }, 90);
  const paths = Array.from(
    { length: count },
    (_, i) => join(folder, `${i}.jpg`),
  );
  for (const path of paths) await Deno.writeFile(path, image);
  const images = {
    paths,
    eastMeters: Float64Array.from(paths, (_, i) => 3 * i),
    northMeters: new Float64Array(count),
  };
  return {
    name: "copies",
    split: "train",
    database: images,
    queries: images,
    positiveRadius: 25,
    potentialPositiveRing: [0, 10],
    unit: "meters",
  };
}

for (const vladV2 of [false, true]) {
  testOnWasm(
    `startCentroids() for ${
      vladV2 ? "v2" : "v1"
    } refuses constant images, and leaves no file; one cluster takes them`,
    (engine) =>
      inFolder(async (folder) => {
        const dataset = await writeCopies(folder, 5);
        const centroidsPath = join(folder, "centroids");
        const start = async (numClusters: number): Promise<void> => {
          const model = makeModel(engine, {
            arch: "alexnet",
            numClusters,
            vladV2,
          });
          try {
            await drain(startCentroids(model, dataset, { centroidsPath }));
            const tensors = await model.exportTensors();
            for (const { data } of tensors.values()) {
              assert.ok(data.every(Number.isFinite));
            }
          } finally {
            await model.dispose();
          }
        };
        await assert.rejects(start(3), {
          name: "CheckpointError",
          message: /^Cannot tell 3 clusters apart by 5 local descriptors/,
          where: /on average 0 apart/,
          fix: /images that differ more, or into fewer clusters/,
        });
        await assert.rejects(start(6), {
          name: "OptionsError",
          message: /^Cannot find 6 clusters in 5 points/,
        });
        const left = await Array.fromAsync(Deno.readDir(folder));
        assert.equal(
          left.filter(({ name }) => name.endsWith(".jpg")).length,
          5,
        );
        assert.deepEqual(
          await Array.fromAsync(Deno.readDir(centroidsPath)).catch(() => []),
          [],
        );
        await start(1);
      }),
  );
}

testOnWasm(
  "setCentroids() refuses centroids that are not finite",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 2 });
    const D = model.localLength;
    const centroids = makeMatrix(2, D).data;
    centroids[3] = NaN;
    assert.throws(() => model.setCentroids(centroids, makeMatrix(5, D).data), {
      name: "CheckpointError",
      where: /^argument centroids/,
    });
    await model.dispose();
  },
);
