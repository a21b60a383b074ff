import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { netVlad } from "../../lib/model/netvlad.ts";
import { netVladReference } from "../../lib/model/netvlad_reference.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { D, FIXED, H, K, toTensors, VARIANTS, W } from "./netvlad_cases.ts";

await useWasmBackend();

for (const options of VARIANTS) {
  Deno.test(`netVlad(), ${options.vladNorm} and ${options.vladOrder}, has the gradient of its reference`, () => {
    const probe = Array.from({ length: K * D }, (_, i) => Math.cos(i)); // fixed direction
    const loss = (): number =>
      netVladReference(FIXED.locals, FIXED, options)
        .reduce((sum, v, i) => sum + v * probe[i]!, 0);
    const { assignWeights, assignBiases, centroids } = toTensors(FIXED);
    const gradients = tf.tidy(() =>
      tf.grads((x, assignWeights, assignBiases, centroids) =>
        tf.sum(tf.mul(
          netVlad(x as tf.Tensor4D, {
            assignWeights: assignWeights as tf.Tensor2D,
            assignBiases: assignBiases as tf.Tensor1D,
            centroids: centroids as tf.Tensor2D,
          }, options),
          tf.tensor2d([probe]),
        ))
      )([
        tf.tensor4d(FIXED.locals.flat(), [1, H, W, D]),
        assignWeights,
        assignBiases!,
        centroids,
      ]).map((gradient) => gradient.dataSync())
    );
    [
      FIXED.locals,
      FIXED.assignWeights,
      [FIXED.assignBiases],
      FIXED.centroids,
    ].forEach((parameter, i) => {
      const expected = parameter.flatMap((row) =>
        centralDifferences(row, loss)
      );
      assertClose(gradients[i]!, expected, { rtol: 1e-4, atol: 1e-5 });
    });
  });
}

Deno.test("netVlad() stays finite, gradients too, where all features or residuals are zero", () => {
  const params = toTensors({
    ...FIXED,
    centroids: FIXED.centroids.map((c) => c.map(() => 0)),
  });
  for (const options of VARIANTS) {
    const results = tf.tidy(() => {
      const run = (x: tf.Tensor): tf.Tensor =>
        netVlad(x as tf.Tensor4D, params, options);
      const zeros = tf.zeros([1, H, W, D]);
      const slope = tf.grad((x) => tf.sum(run(x)))(zeros);
      return [...run(zeros).dataSync(), ...slope.dataSync()];
    });
    assert.ok(results.every((x) => x === 0), JSON.stringify(options));
  }
});

Deno.test("netVlad() has finite gradients where one local descriptor or cluster is zero", () => {
  const params = toTensors(FIXED);
  const locals = FIXED.locals.with(2, [0, 0, 0]);
  for (const options of VARIANTS) {
    const slopes = tf.tidy(() =>
      tf.grad((x) => tf.sum(netVlad(x as tf.Tensor4D, params, options)))(
        tf.tensor4d(locals.flat(), [1, H, W, D]),
      ).dataSync()
    );
    assert.ok(slopes.every(Number.isFinite), JSON.stringify(options));
    const atZero = [...slopes.subarray(2 * D, 3 * D)].map(Math.abs);
    if (options.vladNorm === "clamped") assert.deepEqual(atZero, [0, 0, 0]);
    else assert.ok(Math.max(...atZero) > 1e3, "1e6 times the slope behind");
  }
});
