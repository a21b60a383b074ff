import assert from "node:assert/strict";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { makeImages, makeModel } from "./make_model.ts";

const engine = await startEngine({ engine: "wasm" });

/**
 * Slopes of a float32 model against its gradients, as a share of the size that a
 * slope has on average: at most 0.013 was measured, from rounding and from kinks.
 */
const SLOPES = 0.03;

for (const vladV2 of [false, true]) {
  const version = vladV2 ? "v2" : "v1";
  Deno.test({
    name:
      `runTrained() has the gradients of central differences, NetVLAD ${version}`,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () => checkGradients({ vladV2 }),
  });
}

/** Compares slopes along a random direction, variable by variable. */
async function checkGradients(given: { vladV2: boolean }): Promise<void> {
  const model = makeModel(
    engine,
    { arch: "alexnet", numClusters: 3, ...given },
    "conv4",
  );
  const features = await model.runFrozen(makeImages(2, 95, 127));
  const probe = randomLike([2, model.descriptorLength], "probe");
  const loss = (): tf.Scalar =>
    tf.sum(
      tf.mul(model.runTrained(features.tensor as tf.Tensor4D), probe),
    );
  const { value, grads } = tf.variableGrads(
    loss,
    [...model.variables.values()],
  );
  for (const [name, variable] of model.variables) {
    const direction = randomLike(variable.shape, name);
    const size = readScalar(() => tf.norm(variable)) || 1; // biases are zero
    const step = 1e-3 * size / readScalar(() => tf.norm(direction));
    const original = variable.clone();
    const at = (factor: number): number =>
      readScalar(() => {
        variable.assign(tf.add(original, tf.mul(direction, factor * step)));
        return loss();
      });
    const measured = (at(1) - at(-1)) / (2 * step);
    variable.assign(original);
    const computed = readScalar(() =>
      tf.sum(tf.mul(grads[variable.name]!, direction))
    );
    const scale = readScalar(() => tf.norm(grads[variable.name]!));
    assert.ok(scale > 0, `the gradient of ${name} is zero`);
    const spread = scale * readScalar(() => tf.norm(direction)) /
      Math.sqrt(variable.size);
    assertClose([computed], [measured], { atol: SLOPES * spread }, name);
    tf.dispose([direction, original]);
  }
  tf.dispose([value, probe, ...Object.values(grads)]);
  features.dispose();
  await model.dispose();
}

function readScalar(run: () => tf.Tensor): number {
  return tf.tidy(() => run().dataSync()[0]!);
}

function randomLike(shape: readonly number[], label: string): tf.Tensor {
  const random = createRandom(9).fork(label);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.nextNormal()),
    [...shape],
  );
}
