import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { writeHdf5 } from "../../lib/hdf5.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import { readCentroids } from "../../lib/train/centroid_file.ts";
import type { ClusterSettings } from "../../lib/train/cluster.ts";
import {
  startCentroids,
  useCentroidFile,
} from "../../lib/train/start_centroids.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity } from "../tiny_city.ts";

/** What `startCentroids()` came to. */
interface Started {
  path: string | undefined;
  notes: string[];
  /** Whether it clustered. */
  clustered: boolean;
  /** Centroids that the model has then. */
  centroids: Float32Array;
}

async function start(
  model: Model,
  settings: ClusterSettings,
): Promise<Started> {
  const notes: string[] = [];
  const phases = new Set<string>();
  const dataset = await readTinyCity("train");
  const path = await drain(
    startCentroids(model, dataset, settings),
    (event) => {
      if (event.kind === "note") notes.push(event.text);
      else phases.add(event.phase);
    },
  );
  const tensors = await model.exportTensors();
  return {
    path,
    notes,
    clustered: phases.has("sample local descriptors"),
    centroids: tensors.get("pool.centroids")!.data,
  };
}

/** Starts a new model of 4 clusters. */
async function startNew(
  engine: Engine,
  settings: ClusterSettings,
): Promise<Started> {
  const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
  assert.ok(model.needsCentroids);
  const started = await start(model, settings);
  assert.ok(!model.needsCentroids);
  await model.dispose();
  return started;
}

const NAME = "alexnet_pittsburgh_4_desc_cen.hdf5";

testOnWasm(
  "startCentroids() clusters, writes the file, and uses it the next time",
  (engine) =>
    inFolder(async (folder) => {
      const centroidsPath = join(folder, "centroids");
      const first = await startNew(engine, { centroidsPath });
      const path = join(centroidsPath, NAME);
      assert.equal(first.path, path);
      assert.ok(first.clustered);
      assert.equal(first.notes.at(-1), `centroids written to ${path}`);
      const file = await readCentroids(path);
      assert.deepEqual(file.centroids, first.centroids);
      assert.match(file.madeBy!, /^[\da-f]{16}$/);

      const second = await startNew(engine, { centroidsPath });
      assert.deepEqual(second, {
        ...first,
        clustered: false,
        notes: [`centroids: ${path}`],
      });
      assert.equal([...Deno.readDirSync(centroidsPath)].length, 1);
    }),
);

testOnWasm(
  "startCentroids() clusters again for another encoder, other images or another draw",
  (engine) =>
    inFolder(async (centroidsPath) => {
      const first = await startNew(engine, { centroidsPath });
      const note =
        `${first.path} was made by another encoder or from other images: clustering again`;

      for (
        const settings of [
          { images: { resize: { width: 80, height: 64 } } },
          { seed: 9 },
          { clusterImages: 10 },
        ]
      ) {
        const again = await startNew(engine, { centroidsPath, ...settings });
        assert.ok(again.clustered);
        assert.equal(again.notes[0], note);
        assert.notDeepEqual(again.centroids, first.centroids);
      }
      await startNew(engine, { centroidsPath });
      const other = makeModel(engine, { arch: "alexnet", numClusters: 4 });
      const filters = other.variables.get("features.10.weight")!;
      tf.tidy(() => filters.assign(tf.mul(filters, 1.5)));
      const { clustered, notes } = await start(other, { centroidsPath });
      assert.ok(clustered);
      assert.equal(notes[0], note);
      await other.dispose();
    }),
);

testOnWasm(
  "startCentroids() uses a file that does not say what it was made by",
  (engine) =>
    inFolder(async (centroidsPath) => {
      const path = join(centroidsPath, NAME);
      const expected = await writeAnonymous(path, 4, 32);
      const { clustered, centroids, notes } = await startNew(engine, {
        centroidsPath,
      });
      assert.ok(!clustered);
      assert.deepEqual(centroids, expected);
      assert.deepEqual(notes, [`centroids: ${path}`]);
    }),
);

testOnWasm(
  "startCentroids() uses a named file as it is, and writes none",
  (engine) =>
    inFolder(async (folder) => {
      const path = join(folder, "mine.hdf5");
      const expected = await writeAnonymous(path, 4, 32);
      const started = await startNew(engine, {
        centroids: path,
        centroidsPath: folder,
      });
      assert.equal(started.path, path);
      assert.ok(!started.clustered);
      assert.deepEqual(started.centroids, expected);
      assert.equal([...Deno.readDirSync(folder)].length, 1);
    }),
);

testOnWasm(
  "startCentroids() leaves a model alone that needs no centroids",
  (engine) =>
    inFolder(async (centroidsPath) => {
      const dataset = await readTinyCity("train");
      const pooled = makeModel(engine, { arch: "alexnet", pooling: "avg" });
      const stage = startCentroids(pooled, dataset, { centroidsPath });
      assert.equal(await drain(stage), undefined);
      await pooled.dispose();

      const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
      model.importTensors("a checkpoint", await model.exportTensors());
      const { path, notes } = await start(model, { centroidsPath });
      assert.equal(path, undefined);
      assert.deepEqual(notes, []);
      await model.dispose();
      assert.deepEqual([...Deno.readDirSync(centroidsPath)], []);
    }),
);

testOnWasm(
  "useCentroidFile() refuses a file of another width or number of clusters",
  (engine) =>
    inFolder(async (folder) => {
      const model = makeModel(engine, { arch: "alexnet", numClusters: 4 });
      for (const [K, D] of [[4, 31], [5, 32]] as const) {
        const path = join(folder, `${K}_${D}.hdf5`);
        await writeAnonymous(path, K, D);
        await assert.rejects(useCentroidFile(model, path), {
          name: "CheckpointError",
          message: new RegExp(
            `^Cannot use ${K} centroids of length ${D} for 4 clusters of length 32`,
          ),
          where: path,
          fix: /cluster again/,
        });
      }
      await assert.rejects(useCentroidFile(model, join(folder, "none.hdf5")), {
        name: "CheckpointError",
      });
      assert.ok(model.needsCentroids);
      await model.dispose();
    }),
);

/** Writes a centroid file as pytorch-NetVlad does, without `made_by`. */
async function writeAnonymous(
  path: string,
  K: number,
  D: number,
): Promise<Float32Array> {
  const rows = (count: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: count * D }, (_, i) => Math.sin(i * i));
  const [centroids, descriptors] = [rows(K), rows(50)];
  await writeHdf5(path, {
    descriptors: { shape: [50, D], data: descriptors },
    centroids: { shape: [K, D], data: centroids },
  });
  return centroids;
}
