import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import {
  createOptimizer,
  type OptimizerOptions,
} from "../../lib/train/optimizer.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";

const KINDS: Record<string, OptimizerOptions> = {
  "SGD with momentum": { optimizer: "sgd", momentum: 0.9, weightDecay: 0 },
  "SGD without momentum": { optimizer: "sgd", momentum: 0, weightDecay: 0 },
  "Adam": { optimizer: "adam", momentum: 0, weightDecay: 0 },
};

const VALUES = [1, -2, 0, 1e-30, 1e30];

/** What three steps with the same gradient make of `VALUES`. */
async function stepThrice(
  options: OptimizerOptions,
  gradient: number[],
  learningRate: number,
): Promise<Float32Array> {
  const before = tf.memory().numTensors;
  const variable = tf.variable(tf.tidy(() => tf.tensor1d(VALUES)));
  const initial = tf.memory().numTensors;
  const optimizer = createOptimizer(options, new Map([["w", variable]]));
  const slope = tf.tensor1d(gradient);
  const kept = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) {
    optimizer.step({ [variable.name]: slope }, learningRate);
    assert.equal(tf.memory().numTensors, kept, "tensors leaked");
  }
  const values = await variable.data() as Float32Array;
  optimizer.dispose();
  slope.dispose();
  assert.equal(tf.memory().numTensors, initial, "buffers leaked");
  variable.dispose();
  tf.disposeVariables();
  assert.ok(tf.memory().numTensors <= before + 1);
  return values;
}

testEachEngine(
  (engine) =>
    `step() of every optimizer moves nothing by zero gradients or a zero rate on ${engine}`,
  (name) =>
    withEngine(name, async () => {
      for (const [kind, options] of Object.entries(KINDS)) {
        const zeros = VALUES.map(() => 0);
        const ones = VALUES.map(() => 1);
        for (const [gradient, rate] of [[zeros, 0.1], [ones, 0]] as const) {
          assert.deepEqual(
            await stepThrice(options, gradient, rate),
            Float32Array.from(VALUES),
            kind,
          );
        }
      }
    }),
);

testEachEngine(
  (engine) =>
    `step() of every optimizer stays finite with gradients of 1e-30 and 1e15 on ${engine}`,
  (name) =>
    withEngine(name, async () => {
      for (const [kind, options] of Object.entries(KINDS)) {
        const gradient = [1e-30, -1e-30, 1e15, -1e15, 0];
        const values = await stepThrice(options, gradient, 0.1);
        assert.ok(values.every(Number.isFinite), `${kind}: ${values}`);
      }
    }),
);

Deno.test("createOptimizer() keeps no buffer for SGD without momentum", async () => {
  const variable = tf.variable(tf.tensor1d([1]));
  const optimizer = createOptimizer(
    KINDS["SGD without momentum"]!,
    new Map([["w", variable]]),
  );
  assert.deepEqual([...(await optimizer.exportState()).keys()], ["step"]);
  optimizer.dispose();
  variable.dispose();
});
