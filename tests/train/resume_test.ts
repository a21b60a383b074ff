import assert from "node:assert/strict";
import { join } from "node:path";
import type { Engine } from "../../lib/engine/engine.ts";
import {
  checkpointFile,
  type CheckpointName,
} from "../../lib/train/checkpoint.ts";
import { readEarlierRun, readTrainedRun } from "../../lib/train/resume.ts";
import { openRun } from "../../lib/train/run_folder.ts";
import {
  findTrainedLayer,
  firstTrainedLayer,
} from "../../lib/train/trained_part.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { cut } from "../tasks/spoil.ts";
import { makeSmallModel, train } from "./train_tiny_city.ts";

const FLAGS = {
  model: { arch: "alexnet", widthDivisor: 8, numClusters: 4, seed: 5 },
  images: { resize: null },
  dataset: { dataset: "demo" },
  train: { epochs: 3, seed: 5 },
  describe: { describeBatch: 7 },
  cluster: { clusterImages: 9 },
  centroids: "centroids/alexnet_demo_4_desc_cen.hdf5",
  engine: { name: "wasm", device: "2 threads" },
};

/** Gives a test a run folder after one epoch. */
function withRun(
  act: (run: string) => Promise<void>,
): (engine: Engine) => Promise<void> {
  return (engine) =>
    inFolder(async (run) => {
      const model = makeSmallModel(engine);
      await using _ = await openRun(run, FLAGS);
      await train(model, { epochs: 1, run });
      await model.dispose();
      await act(run);
    });
}

testOnWasm(
  "readEarlierRun() gives the options and the checkpoint of a run",
  withRun(async (run) => {
    for (const name of ["latest", "best"] as const) {
      const earlier = await readEarlierRun(run, name);
      const { images, dataset, model, describe, cluster } = FLAGS;
      assert.deepEqual(earlier.options, {
        ...{ model, images, dataset, describe, cluster, train: FLAGS.train },
        ...{ classes: {}, validation: {} },
        engine: { engine: "wasm" },
      });
      assert.equal(earlier.isForeign, false);
      assert.equal(earlier.centroids, FLAGS.centroids);
      assert.equal(earlier.checkpoint?.path, checkpointFile(run, name));
      assert.deepEqual(earlier.notes, []);
      const trained = await readTrainedRun(run, name);
      assert.equal(trained.checkpoint.name, name);
    }
  }),
);

testOnWasm(
  "readEarlierRun() takes the other checkpoint where one is not there, and says so; readTrainedRun() does not",
  withRun(async (run) => {
    const others: [CheckpointName, CheckpointName][] = [
      ["latest", "best"],
      ["best", "latest"],
    ];
    for (const [asked, other] of others) {
      const path = checkpointFile(run, asked);
      const bytes = await Deno.readFile(path);
      await Deno.remove(path);
      const { checkpoint, notes } = await readEarlierRun(run, asked);
      assert.equal(checkpoint?.name, other);
      assert.deepEqual(notes, [
        `there is no checkpoint ${asked}: taking the ${other} one, of epoch ${checkpoint.state.epoch}`,
      ]);
      await assert.rejects(readTrainedRun(run, asked), {
        name: "CheckpointError",
        message: new RegExp(`^Cannot find the checkpoint ${asked} of a run`),
        where: run,
        fix: `set checkpoint to ${other}`,
      });
      await Deno.writeFile(path, bytes);
    }
  }),
);

testOnWasm(
  "readEarlierRun() starts over where there is no checkpoint yet; readTrainedRun() does not",
  withRun(async (run) => {
    await Deno.remove(join(run, "checkpoints"), { recursive: true });
    const { checkpoint, notes, options } = await readEarlierRun(run);
    assert.equal(checkpoint, undefined);
    assert.equal(options.model.seed, 5);
    assert.deepEqual(notes, [`${run} has no checkpoint: starting over`]);
    await assert.rejects(readTrainedRun(run), {
      name: "CheckpointError",
      where: run,
      fix: /^train it first/,
    });
  }),
);

testOnWasm(
  "readEarlierRun() says that a checkpoint is damaged, and which other one there is",
  withRun(async (run) => {
    const [latest, best] = [
      checkpointFile(run, "latest"),
      checkpointFile(run, "best"),
    ];
    await cut(latest, 1000);
    await assert.rejects(readEarlierRun(run), {
      name: "CheckpointError",
      message: /^Cannot read the checkpoint of a run/,
      where: `${latest} (it ends early: 1000 bytes)`,
      fix: "set checkpoint to best, or start a new run",
    });
    assert.equal((await readEarlierRun(run, "best")).checkpoint?.name, "best");
    await Deno.remove(best);
    await assert.rejects(readEarlierRun(run), {
      name: "CheckpointError",
      message: /^Cannot read a safetensors file/,
      where: new RegExp(`^${RegExp.escape(latest)}`),
    });
  }),
);

testOnWasm(
  "openRun() removes what a killed training left, and keeps others out",
  withRun(async (run) => {
    await assert.rejects(openRun(run, { model: {} }), {
      name: "CheckpointError",
      message: /^Cannot work where another process does/,
    });
    const { options } = await readEarlierRun(run);
    assert.deepEqual(options.model, FLAGS.model, "the options are kept");
    const again = join(run, "again");
    await Deno.mkdir(join(again, "checkpoints"), { recursive: true });
    await Deno.mkdir(join(again, "cache-x.tmp"));
    await Deno.writeTextFile(
      join(again, "checkpoints/checkpoint.safetensors.12.tmp"),
      "half",
    );
    {
      await using _ = await openRun(again, FLAGS);
    }
    const names = [...Deno.readDirSync(again)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["checkpoints", "flags.json"]);
    assert.deepEqual([...Deno.readDirSync(join(again, "checkpoints"))], []);
  }),
);

Deno.test("firstTrainedLayer() is the first of all, the one asked for, or the network's own", () => {
  const vgg16 = { arch: "vgg16" } as const;
  assert.equal(firstTrainedLayer(vgg16, {}), "conv5_1");
  assert.equal(firstTrainedLayer({}, {}), "conv5_1");
  assert.equal(firstTrainedLayer(vgg16, { fromScratch: true }), "conv1_1");
  assert.equal(
    firstTrainedLayer({ arch: "alexnet" }, { trainFrom: "conv3" }),
    "conv3",
  );
});

Deno.test("findTrainedLayer() tells a layer by its first parameter", () => {
  assert.equal(findTrainedLayer({}, "features.24.weight"), "conv5_1");
  assert.equal(
    findTrainedLayer({ arch: "alexnet" }, "features.10.weight"),
    "conv5",
  );
  for (const name of ["features.24.bias", "features.1.weight", "pool.conv"]) {
    assert.equal(findTrainedLayer({}, name), undefined);
  }
});
