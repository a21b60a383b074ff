import assert from "node:assert/strict";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { sumByTiles } from "../../lib/engine/kernels/tile_sums.ts";
import * as tf from "../../lib/engine/tf.ts";
import { testEachEngine, withEngine } from "./test_each_engine.ts";

type Program = Parameters<WebGPUBackend["runWebGPUProgram"]>[0];

function makeProgram(shaderKey: string, shader: string): Program {
  return {
    shaderKey,
    getUserCode: () => shader,
    outputShape: [1],
    dispatch: [1, 1, 1],
    dispatchLayout: { x: [0] },
    variableNames: [],
    workgroupSize: [1, 1, 1],
  };
}

Deno.test("sumByTiles() leaves what is no product as it is", () => {
  const program = makeProgram("reduce_sum", "var acc = 0.0;");
  assert.equal(sumByTiles(program).getUserCode(), "var acc = 0.0;");
});

Deno.test("sumByTiles() refuses a shader that it does not know", () => {
  const program = makeProgram("matMulPacked_4", "var sum = 0.0;");
  assert.throws(() => sumByTiles(program).getUserCode(), /no .*acc/);
});

testEachEngine(
  () => "sumByTiles() knows the shaders for GPUs of Intel",
  (name) =>
    withEngine(name, async () => {
      const backend = tf.backend() as WebGPUBackend;
      backend.adapterInfo.isIntel = () => true;
      // One of 2^24 swallows a float32 one, and 31 of them in a tile; not the other tiles.
      const S = 320;
      const a = new Float32Array(5 * S).fill(1);
      for (let row = 0; row < 5; row++) a[row * S] = 2 ** 24;
      const product = tf.tidy(() =>
        tf.matMul(tf.tensor2d(a, [5, S]), tf.ones([S, 7]))
      );
      const [value] = await product.data();
      assert.ok(value! >= 2 ** 24 + S - 32, `${value! - 2 ** 24}`);
      product.dispose();
    }),
  ["webgpu"],
);
