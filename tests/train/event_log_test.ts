import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeImage } from "../../lib/data/image/decode.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { drain, note, progress } from "../../lib/progress.ts";
import { checkpointFile, readCheckpoint } from "../../lib/train/checkpoint.ts";
import { logEvents } from "../../lib/train/event_log.ts";
import {
  type TrainEvent,
  trainModel,
  type TrainSettings,
} from "../../lib/train/train.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { EPOCH, logPlainly, makeStep, START_MS } from "./log_plainly.ts";
import { listEventFiles, type LoggedEvent, readEvents } from "./read_events.ts";
import { makeSmallModel, readTinySplits } from "./train_tiny_city.ts";

/** Values by tag and step: `Train/Loss 3`. */
function scalarsIn(events: readonly LoggedEvent[]): Record<string, number> {
  return Object.fromEntries(
    events.filter(({ scalar }) => scalar !== undefined)
      .map(({ tag, step, scalar }) => [`${tag} ${step}`, scalar!]),
  );
}

Deno.test("logEvents() writes pytorch-NetVlad's names, and passes events and result on", () =>
  inFolder(async (folder) => {
    const recall = { "1": 0.5, "5": 0.75, "10": 1, "20": 1 };
    const trained = { ...EPOCH, epoch: 2, learningRate: 0.125, loss: 0.5 };
    const events = await logPlainly(folder, [
      [0, { ...EPOCH, recall }],
      [0, makeStep(2, 3)],
      [0, makeStep(2, 4)],
      [0, { ...trained, recall: { ...recall, "1": 0.625 } }],
      [0, makeStep(3, 1)],
      [0, { ...trained, epoch: 3, loss: null }],
    ]);
    assert.deepEqual(events[0], {
      seconds: START_MS / 1000,
      step: 0,
      version: "brain.Event:2",
    });
    const untimed = events.filter(({ tag }) => !tag?.startsWith("Time/"));
    assert.deepEqual(scalarsIn(untimed), {
      "Val/Recall@1 0": 0.5,
      "Val/Recall@5 0": 0.75,
      "Val/Recall@10 0": 1,
      "Val/Recall@20 0": 1,
      "Train/Loss 13": 0.25,
      "Train/nNeg 13": 3,
      "Train/Loss 14": 0.25,
      "Train/nNeg 14": 3,
      "Train/LearningRate 2": 0.125,
      "Train/AvgLoss 2": 0.5,
      "Val/Recall@1 2": 0.625,
      "Val/Recall@5 2": 0.75,
      "Val/Recall@10 2": 1,
      "Val/Recall@20 2": 1,
      "Train/Loss 21": 0.25,
      "Train/nNeg 21": 3,
      "Train/LearningRate 3": 0.125,
    });
  }));

Deno.test("logEvents() says once, before the first step, where the steps of this run begin", () =>
  inFolder(async (folder) => {
    const events = await logPlainly(folder, [
      [0, EPOCH],
      [0, makeStep(3, 4)], // three batches had nothing to learn from
      [0, makeStep(3, 5)],
      [0, { ...EPOCH, epoch: 3 }],
      [0, makeStep(4, 1)],
    ]);
    const starts = events.filter(({ session }) => session !== undefined);
    assert.deepEqual(starts, [
      { seconds: START_MS / 1000, step: 21, session: 1 },
    ]);
    const first = events.findIndex(({ tag }) => tag === "Train/Loss");
    assert.equal(events[first - 1], starts[0]);
  }));

Deno.test("logEvents() logs the options as a table", () =>
  inFolder(async (folder) => {
    const [, options] = await logPlainly(folder, [], {
      model: { arch: "vgg16", ring: [0, 10], weights: null },
      seed: 123,
      name: "a|b",
    });
    assert.equal(options!.tag, "Run/Options");
    assert.deepEqual(options!.text!.split("\n"), [
      "| option | value |",
      "| --- | --- |",
      "| model.arch | vgg16 |",
      "| model.ring | [0,10] |",
      "| model.weights | null |",
      "| seed | 123 |",
      "| name | a\\|b |",
    ]);
  }));

Deno.test("logEvents() logs what the phases of an epoch take", () =>
  inFolder(async (folder) => {
    const events = await logPlainly(folder, [
      [0, progress("describe database", 0, 8)], // before training
      [2000, progress("describe database", 8, 8)],
      [500, progress("search", 2, 2)],
      [250, EPOCH],
      [0, progress("describe database", 0, 8)], // epoch 1: a refresh
      [1000, progress("describe database", 4, 8)],
      [1000, progress("describe database", 8, 8)],
      [500, makeStep(1, 1)],
      [500, progress("epoch 1", 4, 8)],
      [0, progress("describe database", 0, 8)], // and another
      [2000, progress("describe database", 8, 8)],
      [125, note("nothing to learn from")],
      [125, progress("epoch 1", 8, 8)],
      [0, progress("describe database", 0, 4)], // its evaluation
      [1000, progress("describe database", 4, 4)],
      [500, progress("search", 2, 2)],
      [250, { ...EPOCH, epoch: 1 }],
      [500, progress("epoch 2", 8, 8)], // epoch 2: no refresh, no evaluation
      [0, { ...EPOCH, epoch: 2 }],
    ]);
    const times = events.filter(({ tag }) => tag?.startsWith("Time/"));
    assert.deepEqual(scalarsIn(times), {
      "Time/Evaluate 0": 2.5,
      "Time/Checkpoint 0": 0.25,
      "Time/Epoch 0": 2.75,
      "Time/ImagesPerSecond 0": 4,
      "Time/Describe 1": 4,
      "Time/Train 1": 1.25,
      "Time/Evaluate 1": 1.5,
      "Time/Checkpoint 1": 0.25,
      "Time/Epoch 1": 7,
      "Time/ImagesPerSecond 1": 4,
      "Time/Train 2": 0.5,
      "Time/Checkpoint 2": 0,
      "Time/Epoch 2": 0.5,
    });
    assert.equal(events.at(-1)!.seconds, START_MS / 1000 + 10.25);
  }));

Deno.test({
  name:
    "logEvents() closes the stage and its file if it is ended early, or the stage fails",
  sanitizeResources: true, // finds a file that is left open
  fn: () =>
    inFolder(async (folder) => {
      let isClosed = false;
      async function* stage(): AsyncGenerator<TrainEvent, void> {
        try {
          yield await Promise.resolve(EPOCH);
          throw new Error("no more");
        } finally {
          isClosed = true;
        }
      }
      const start = (): AsyncGenerator<TrainEvent, void> =>
        logEvents(stage(), { folder, now: () => START_MS });
      for await (const event of start()) {
        assert.equal(event.kind, "epoch");
        break;
      }
      assert.ok(isClosed);
      isClosed = false;
      await assert.rejects(drain(start()), { message: "no more" });
      assert.ok(isClosed);
      for (const file of listEventFiles(folder)) readEvents(file);
    }),
});

/** Trains on the tiny city with a clock that counts how often it is read. */
async function trainAndLog(
  engine: Engine,
  folder: string,
  settings: TrainSettings,
): Promise<TrainEvent[]> {
  const model = makeSmallModel(engine);
  const events: TrainEvent[] = [];
  let ms = START_MS;
  const stage = trainModel(model, await readTinySplits(), {
    ...{ learningRate: 0.01, negativesPerTuple: 5, run: folder },
    ...settings,
  });
  await drain(
    logEvents(stage, {
      ...{ folder, now: () => ms += 8, resume: settings.resume },
    }),
    (event) => events.push(event),
  );
  await model.dispose();
  return events;
}

testOnWasm(
  "logEvents() logs what trainModel() reports, with examples, in the same bytes for the same run",
  (engine) =>
    inFolder(async (folder) => {
      const run = join(folder, "first", "run");
      const settings = { epochs: 2, cacheRefreshQueries: 4 };
      const events = await trainAndLog(engine, run, settings);
      const [file] = listEventFiles(run);
      const logged = readEvents(file!);

      const scalars = scalarsIn(logged);
      const steps = events.filter((event) => event.kind === "step");
      assert.ok(steps.length > 4);
      for (const { epoch, batch, globalStep, loss, negatives } of steps) {
        assert.equal(globalStep, (epoch - 1) * 3 + batch); // 12 queries, 4 a batch
        assert.equal(scalars[`Train/Loss ${globalStep}`], Math.fround(loss));
        assert.equal(scalars[`Train/nNeg ${globalStep}`], negatives);
      }
      const pictures = logged.filter(({ image }) => image !== undefined);
      assert.deepEqual(
        pictures.map(({ tag, step }) => [tag, step]),
        [0, 1, 2].flatMap((step) =>
          [1, 2, 3, 4, 5, 6].map((i) => [`Val/Retrievals/${i}`, step])
        ),
      );
      for (const { image, tag } of pictures) {
        const { width, height } = decodeImage(image!.bytes, tag!);
        assert.deepEqual([width, height], [image!.width, image!.height]);
        assert.equal(height, 128);
      }

      const again = join(folder, "second", "run");
      await trainAndLog(engine, again, settings);
      assert.deepEqual(
        await Deno.readFile(listEventFiles(again)[0]!),
        await Deno.readFile(file!),
      );
    }),
);

testOnWasm(
  "logEvents() goes on in another file after a resume, from the step of the checkpoint",
  (engine) =>
    inFolder(async (folder) => {
      const whole = join(folder, "whole");
      const parts = join(folder, "parts");
      await trainAndLog(engine, whole, { epochs: 3 });
      await trainAndLog(engine, parts, { epochs: 2 });
      const resume = readCheckpoint(checkpointFile(parts, "latest"));
      await trainAndLog(engine, parts, { epochs: 3, resume });

      const files = listEventFiles(parts);
      assert.equal(files.length, 2);
      const [first, second] = files.map(readEvents);
      assert.deepEqual(
        second!.filter(({ session }) => session).map(({ step }) => step),
        [2 * 3 + 1],
      );
      const untimed = (events: LoggedEvent[]): Record<string, number> =>
        scalarsIn(events.filter(({ tag }) => !tag?.startsWith("Time/")));
      const ofEpoch2 = (events: LoggedEvent[]): Record<string, number> =>
        untimed(
          events.filter(({ tag = "", step }) =>
            step === 2 && /^Val|AvgLoss|LearningRate/.test(tag)
          ),
        );
      // It may have been killed between the checkpoint and the log.
      assert.deepEqual(ofEpoch2(second!), ofEpoch2(first!));
      assert.equal(Object.keys(ofEpoch2(second!)).length, 4 + 1 + 1);
      assert.deepEqual(
        untimed([...first!, ...second!]),
        untimed(readEvents(listEventFiles(whole)[0]!)),
      );
    }),
);
