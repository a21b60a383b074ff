import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { resolveImageOptions } from "../../lib/data/image/options.ts";
import { readImage } from "../../lib/data/image/read_image.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import type { Centroids } from "../../lib/train/centroid_file.ts";
import {
  centroidPath,
  clusterCentroids,
  type ClusterSettings,
} from "../../lib/train/cluster.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

/** Clusters; the texts of the notes are added to `notes`. */
function cluster(
  model: Model,
  dataset: PlaceDataset,
  settings: ClusterSettings = {},
  notes: string[] = [],
): Promise<Centroids> {
  return drain(clusterCentroids(model, dataset, settings), (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
}

/** Features of 64x48 pixels behind AlexNet: 2 rows of 3 positions. */
const POSITIONS = 6;
const FEW: ClusterSettings = {
  clusterImages: 5,
  clusterDescriptorsPerImage: 4,
};

testOnWasm(
  "clusterCentroids() draws as many images and positions as asked for",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
    const dataset = await readTinyCity("train");
    const notes: string[] = [];
    const made = await cluster(model, dataset, FEW, notes);
    const { K, D, numDescriptors, descriptors, centroids } = made;
    assert.deepEqual({ K, D, numDescriptors }, {
      K: 4,
      D: model.localLength,
      numDescriptors: 20,
    });
    assert.equal(descriptors.length, 20 * D);
    assert.equal(centroids.length, 4 * D);
    assert.deepEqual(notes, []);

    const all = await listLocal(model, dataset);
    const drawn = [];
    for (let at = 0; at < descriptors.length; at += D) {
      drawn.push(all.get(`${descriptors.subarray(at, at + D)}`));
    }
    assert.ok(!drawn.includes(undefined), "a descriptor is of no image");
    assert.equal(new Set(drawn).size, 5, "not as many images");
    await model.dispose();
  },
);

/** Every local descriptor of a dataset, as text, and the image that it is from. */
async function listLocal(
  model: Model,
  { database }: PlaceDataset,
): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  const D = model.localLength;
  for (const path of database.paths) {
    const image = readImage(path, resolveImageOptions());
    const local = await model.describeLocally(image, "normalized");
    for (let at = 0; at < local.length; at += D) {
      all.set(`${local.subarray(at, at + D)}`, path);
    }
  }
  return all;
}

testOnWasm(
  "clusterCentroids() takes all that a small dataset has, and says so",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
    const dataset = await readTinyCity("train");
    const notes: string[] = [];
    const { numDescriptors } = await cluster(model, dataset, {}, notes);
    assert.equal(numDescriptors, 18 * POSITIONS);
    assert.deepEqual(notes, [
      "clustering 108 local descriptors of the 50000 asked for: the dataset has no more",
    ]);
    await model.dispose();
  },
);

testOnWasm(
  "clusterCentroids() gives the same centroids for the same seed",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
    const dataset = await readTinyCity("train");
    const made = await cluster(model, dataset, { ...FEW, seed: 5 });
    assert.deepEqual(await cluster(model, dataset, { ...FEW, seed: 5 }), made);
    const other = await cluster(model, dataset, { ...FEW, seed: 6 });
    assert.notDeepEqual(other.descriptors, made.descriptors);
    assert.notDeepEqual(other.centroids, made.centroids);
    await model.dispose();
  },
);

testOnWasm(
  "clusterCentroids() takes clusterPointsPerCentroid of the descriptors, and says so",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
    const dataset = await readTinyCity("train");
    const notes: string[] = [];
    const all = await cluster(model, dataset, FEW);
    const few = { ...FEW, clusterPointsPerCentroid: 1 };
    const made = await cluster(model, dataset, few, notes);
    assert.deepEqual(notes, [
      "clustering 4 of 20 local descriptors: 1 for each centroid",
    ]);
    assert.deepEqual(made.descriptors, all.descriptors);
    const rows = (values: Float32Array): string[] =>
      Array.from(
        { length: values.length / made.D },
        (_, i) => `${values.subarray(i * made.D, (i + 1) * made.D)}`,
      );
    const given = new Set(rows(made.descriptors));
    assert.ok(rows(made.centroids).every((row) => given.has(row)));
    const enough = { ...FEW, clusterPointsPerCentroid: 5 };
    assert.deepEqual(await cluster(model, dataset, enough), all);
    await model.dispose();
  },
);

testOnWasm(
  "clusterCentroids() takes local descriptors as they are for v2 only, if asked to",
  async (engine) => {
    const dataset = await readTinyCity("train");
    const lengths = async (
      vladV2: boolean,
      v2Descriptors?: "raw",
    ): Promise<number[]> => {
      const model = makeModel(engine, {
        arch: "alexnet",
        numClusters: 4,
        vladV2,
      });
      const { descriptors, D } = await cluster(model, dataset, {
        ...FEW,
        ...(v2Descriptors && { v2Descriptors }),
      });
      await model.dispose();
      return Array.from(
        { length: descriptors.length / D },
        (_, i) => Math.hypot(...descriptors.subarray(i * D, (i + 1) * D)),
      );
    };
    const isUnit = (length: number): boolean => Math.abs(length - 1) < 1e-5;
    assert.ok((await lengths(false, "raw")).every(isUnit));
    assert.ok((await lengths(true)).every(isUnit));
    assert.ok(!(await lengths(true, "raw")).some(isUnit));
  },
);

testOnWasm(
  "clusterCentroids() refuses more clusters than descriptors",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 21 });
    await assert.rejects(cluster(model, await readTinyCity("train"), FEW), {
      name: "OptionsError",
      message: /^Cannot find 21 clusters in 20 points/,
      where: "option numClusters",
      fix: /at most 20/,
    });
    await model.dispose();
  },
);

testOnWasm(
  "clusterCentroids() stops at an unreadable image, or leaves it out and says so",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
    const { database, ...rest } = await readTinyCity("train");
    await inFolder(async (folder) => {
      const bad = join(folder, "bad.jpg");
      await Deno.writeTextFile(bad, "no image");
      const withBad = (paths: string[]): PlaceDataset => ({
        ...rest,
        database: { ...database, paths },
      });
      const dataset = withBad([bad, ...database.paths.slice(1)]);
      await assert.rejects(cluster(model, dataset), {
        name: "DatasetError",
        where: new RegExp(RegExp.escape(bad)),
      });
      const images = { skipUnreadable: true };
      const notes: string[] = [];
      const { numDescriptors } = await cluster(
        model,
        dataset,
        { images },
        notes,
      );
      assert.equal(numDescriptors, 17 * POSITIONS);
      assert.equal(
        notes[0],
        `left out 1 of 18 images that cannot be read: ${bad}`,
      );
      await assert.rejects(cluster(model, withBad([bad, bad]), { images }), {
        name: "DatasetError",
        message: /^Cannot cluster: no image can be read/,
      });
    });
    await model.dispose();
  },
);

testOnWasm(
  "centroidPath() is named after encoder, dataset and clusters, as in pytorch-NetVlad",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
    assert.equal(
      centroidPath("folder", model, await readTinyCity("train")),
      join("folder", "alexnet_pittsburgh_4_desc_cen.hdf5"),
    );
    await model.dispose();
  },
);
