import assert from "node:assert/strict";
import { join } from "node:path";
import { createModel } from "../../lib/model/create_model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { checkpointFile } from "../../lib/train/checkpoint.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeImages } from "../model/make_model.ts";
import { makeSmallModel, train } from "./train_tiny_city.ts";

/** Heads, with what a checkpoint alone does not tell of them. */
const HEADS: { head: Partial<ModelOptions>; told?: Partial<ModelOptions> }[] = [
  { head: { pooling: "gem", gemPower: "learned" } },
  { head: { pooling: "gem", gemPower: "learned", poolNorm: "before" } },
  { head: { pooling: "gem", gemP: 2, gemPower: "per-channel" } },
  { head: { pooling: "wgem", gemP: 2.5 } },
  { head: { pooling: "wgem", gemPower: "learned" } },
  { head: { pooling: "rmac", rmacLevels: 2, rmacWhiten: true } },
  {
    head: { pooling: "avg", centerPrior: true },
    told: { pooling: "avg", centerPrior: true },
  },
  {
    head: { pooling: "rmac", rmacLevels: 2 },
    told: { pooling: "rmac", rmacLevels: 2 },
  },
  { head: { pooling: "crow" }, told: { pooling: "crow" } },
];

testOnWasm(
  "trainModel() trains every head, and its checkpoint tells createModel() what head it has",
  async (engine) => {
    const images = makeImages(2, 64, 80);
    for (const { head, told = {} } of HEADS) {
      await inFolder(async (folder) => {
        const model = makeSmallModel(engine, { ...head, trainFrom: "conv5" });
        const before = await model.exportTensors();
        const run = join(folder, "run");
        const { steps } = await train(model, { epochs: 1, run });
        assert.ok(steps.length > 0);
        const after = await model.exportTensors();
        const what = JSON.stringify(head);
        for (const name of model.variables.keys()) {
          if (name === "pool.score.bias") continue; // weights of equal scores do not depend on it
          const { data } = before.get(name)!;
          const trained = after.get(name)!.data;
          assert.ok(
            trained.some((value, i) => value !== data[i]),
            `${what} ${name}`,
          );
        }
        const again = await createModel({
          arch: "alexnet",
          widthDivisor: 8,
          weights: checkpointFile(run, "latest"),
          ...told,
        }, { engine });
        for (const name of Object.keys(head) as (keyof ModelOptions)[]) {
          if (name === "gemP" && head.gemPower) continue; // in the parameters
          assert.equal(again.options[name], head[name], what);
        }
        assert.ok(!again.needsRegionWhitening);
        assertClose(
          await again.describe(images),
          await model.describe(images),
          { atol: 1e-5 },
          what,
        );
        await Promise.all([model.dispose(), again.dispose()]);
      });
    }
  },
);
