/** Choices of training that only Relja's program makes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkpointFile, readCheckpoint } from "../../lib/train/checkpoint.ts";
import type { TrainOptions } from "../../lib/train/options.ts";
import type { TrainSettings } from "../../lib/train/train.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeSmallModel, train } from "./train_tiny_city.ts";

testOnWasm(
  "trainModel() refreshes the descriptors after whole batches with queryOrder epoch",
  async (engine) => {
    /** Queries that are done whenever descriptors are refreshed, or a batch is over. */
    const follow = async (
      queryOrder: TrainOptions["queryOrder"],
    ): Promise<(number | "refresh")[]> => {
      const model = makeSmallModel(engine);
      const { events } = await train(model, {
        queryOrder,
        epochs: 1,
        epochZero: "none",
        batchTuples: 5,
        cacheRefreshQueries: 7,
      });
      await model.dispose();
      return events.flatMap((event) => {
        if (event.kind !== "progress") return [];
        if (event.phase === "epoch 1") return event.done;
        return event.phase === "describe database" && event.done === 18
          ? "refresh" as const
          : [];
      });
    };
    assert.deepEqual(
      await follow("within-refresh"),
      ["refresh", 5, 6, "refresh", 11, 12],
    );
    assert.deepEqual(
      await follow("epoch"),
      ["refresh", 5, 10, "refresh", 12],
    );
  },
);

testOnWasm(
  "trainModel() keeps the nearest negatives of queries that it skips with negativesCached nearest",
  (engine) =>
    inFolder(async (folder) => {
      for (const negativesCached of ["violating", "nearest"] as const) {
        const run = join(folder, negativesCached);
        const model = makeSmallModel(engine);
        await train(model, {
          negativesCached,
          run,
          epochs: 1,
          margin: 0.001, // few negatives violate it
        });
        await model.dispose();
        const { state } = readCheckpoint(checkpointFile(run, "latest"));
        const { tuples, skipped } = state.history.at(-1)!;
        assert.ok(tuples! > 0 && skipped! > 0, `${tuples}, ${skipped}`);
        const kept = Object.values(state.cachedNegatives);
        if (negativesCached === "violating") {
          assert.equal(kept.length, tuples);
        } else {
          assert.deepEqual(kept.map(({ length }) => length), Array(12).fill(5));
        }
      }
    }),
);

const RELJA: TrainSettings = {
  marginOn: "squared",
  lossOver: "violating",
  negativesCached: "nearest",
  queryOrder: "epoch",
};

testOnWasm(
  "trainModel() goes on to the bit with the order and the cached negatives of Relja's program",
  (engine) =>
    inFolder(async (folder) => {
      const settings: TrainSettings = {
        ...RELJA,
        margin: 0.01,
        cacheRefreshQueries: 7,
        negativesSampled: 6,
        negativesExamined: 6,
      };
      const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
      const into = async (run: string, given: TrainSettings): Promise<void> => {
        const model = makeSmallModel(engine);
        await train(model, { ...settings, ...given, run });
        await model.dispose();
      };
      await into(whole, { epochs: 3 });
      await into(parts, { epochs: 1 });
      const resume = readCheckpoint(checkpointFile(parts, "latest"));
      assert.ok(resume.state.history.at(-1)!.skipped! > 0);
      await into(parts, { epochs: 3, resume });
      assert.deepEqual(
        await Deno.readFile(checkpointFile(parts, "latest")),
        await Deno.readFile(checkpointFile(whole, "latest")),
      );
    }),
);

testOnWasm(
  "trainModel() moves nothing where no negative violates, with lossOver violating",
  (engine) =>
    inFolder(async (folder) => {
      for (const lossOver of ["all", "violating"] as const) {
        const run = join(folder, lossOver);
        const model = makeSmallModel(engine);
        const { steps } = await train(model, {
          ...RELJA,
          lossOver,
          run,
          epochs: 2,
          batchTuples: 1,
          margin: 0.01,
          learningRate: 0.1, // mined descriptors are soon out of date
        });
        await model.dispose();
        const moving = steps.filter(({ loss }) => loss > 0).length;
        assert.ok(moving > 0 && moving < steps.length);
        const { optimizer } = readCheckpoint(checkpointFile(run, "latest"));
        assert.equal(
          optimizer.get("step")!.data[0],
          lossOver === "all" ? steps.length : moving,
        );
      }
    }),
);
