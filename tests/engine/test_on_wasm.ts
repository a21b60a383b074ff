import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";

let started: Promise<Engine> | undefined;

/** A test on a running engine that leaves no tensors behind. */
export function testOnWasm(
  name: string,
  fn: (engine: Engine) => Promise<void>,
  { ignore = false } = {},
): void {
  Deno.test({
    name,
    ignore,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const engine = await (started ??= startEngine({ engine: "wasm" }));
      const before = tf.memory().numTensors;
      await fn(engine);
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    },
  });
}
