import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { AppliedWhitening } from "../../lib/model/applied_whitening.ts";
import { cropWhitening, whiten } from "../../lib/model/whitening.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { makeWhitening } from "./make_whitening.ts";

await useWasmBackend();

const [N, P, F] = [4, 3, 7];
const random = createRandom(1);
const VALUES = Float32Array.from({ length: N * F }, () => random.nextNormal());
const WHITENING = makeWhitening(P, F);

/** The map and its normalisation in plain loops and double precision. */
function whitenReference(): number[] {
  const { projection, offset } = WHITENING;
  return Array.from({ length: N }, (_, n) => {
    const row = Array.from(offset.data, (sum, p) => {
      for (let f = 0; f < F; f++) {
        sum += projection.data[p * F + f]! * VALUES[n * F + f]!;
      }
      return sum;
    });
    return row.map((value) => value / Math.hypot(...row));
  }).flat();
}

Deno.test("whiten() equals plain loops, and frees everything but its result", () => {
  const descriptors = tf.tensor2d(VALUES, [N, F]);
  const before = tf.memory().numTensors;
  const whitened = whiten(descriptors, WHITENING);
  assert.deepEqual(whitened.shape, [N, P]);
  assertClose(whitened.dataSync(), whitenReference(), { atol: 1e-6 });
  whitened.dispose();
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("whiten() says which shape is wrong", () => {
  const rows = (length: number): tf.Tensor2D => tf.zeros([N, length]);
  const { projection, offset } = WHITENING;
  const short = { shape: [P - 1], data: offset.data.slice(1) };
  assert.throws(() => whiten(rows(F + 1), WHITENING), {
    name: "ShapeError",
    where: "argument projection",
    fix: `pass shape [P, F=${F + 1}]`,
  });
  assert.throws(() => whiten(rows(F), { projection, offset: short }), {
    name: "ShapeError",
    where: "argument offset",
    fix: `pass shape [P=${P}]`,
  });
});

/** Tensors of a row of the projection, of two, and of any size. */
for (const maxTensorBytes of [4, 2 * F * 4, 1 << 30]) {
  Deno.test(`AppliedWhitening whitens as whiten() does in tensors of ${maxTensorBytes} bytes, and frees them`, () => {
    const before = tf.memory().numTensors;
    const applied = new AppliedWhitening(F, { maxTensorBytes });
    const descriptors = tf.tensor2d(VALUES, [N, F]);
    assert.equal(applied.apply(descriptors), descriptors);
    assert.equal(applied.descriptorLength, F);
    applied.set(WHITENING);
    assert.equal(applied.descriptorLength, P);
    for (let run = 0; run < 2; run++) {
      const whitened = tf.tidy(() => applied.apply(descriptors));
      assertClose(whitened.dataSync(), whitenReference(), { atol: 1e-6 });
      whitened.dispose();
    }
    applied.set(undefined);
    assert.equal(applied.apply(descriptors), descriptors);
    assert.throws(() => applied.set(makeWhitening(P, F + 1)), {
      name: "ShapeError",
      where: "argument projection",
    });
    applied.dispose();
    descriptors.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
}

Deno.test("cropWhitening() keeps the leading values, which are normalised anew", () => {
  tf.tidy(() => {
    const descriptors = tf.tensor2d(VALUES, [N, F]);
    const whole = whiten(descriptors, WHITENING);
    const kept = tf.slice(whole, [0, 0], [N, 2]);
    const expected = tf.div(kept, tf.norm(kept, "euclidean", 1, true));
    const cropped = whiten(descriptors, cropWhitening(WHITENING, 2));
    assertClose(cropped.dataSync(), expected.dataSync(), { atol: 1e-6 });
  });
  assert.throws(() => cropWhitening(WHITENING, P + 1), {
    name: "OptionsError",
    where: `option cropLength is ${P + 1}`,
    fix: `use at most ${P}, or fit a whitening to more`,
  });
});
