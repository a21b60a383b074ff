/**
 * Parameters of a model: random ones, and their way between a state dict and
 * TensorFlow.js.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import type { Random } from "../random.ts";
import type { Layer } from "./network.ts";
import { weightShapes } from "./layers.ts";
import type { NamedTensor, NamedTensors } from "./weights/tensors.ts";

/**
 * Random weights for layers: normal with variance `2 / fan-in`, biases zero; batch
 * normalisations that leave their input as it is.
 *
 * Source: He et al., Delving deep into rectifiers, ICCV 2015, eq. 10.
 */
export function randomWeights(
  layers: readonly Layer[],
  random: Random,
): NamedTensors {
  return new Map(
    [...weightShapes(layers, 3)].map(([name, shape]) => {
      const data = new Float32Array(product(shape));
      if (shape.length > 1) {
        const deviation = Math.sqrt(2 / product(shape.slice(1)));
        const stream = random.fork(name);
        for (let i = 0; i < data.length; i++) {
          data[i] = deviation * stream.nextNormal();
        }
      } else if (!/bias$|running_mean$/.test(name)) {
        data.fill(1);
      }
      return [name, { shape, data }];
    }),
  );
}

/** A kind of parameter, which decides how it lies in memory. */
type ParameterKind = "filter" | "assignWeights" | "plain";

function kindOf(name: string, { shape }: { shape: number[] }): ParameterKind {
  if (name === "pool.conv.weight") return "assignWeights";
  return shape.length === 4 ? "filter" : "plain";
}

/**
 * Makes a variable of a state-dict tensor: filters `[out, in, kh, kw]` become
 * `[kh, kw, in, out]`, soft-assignment weights `[K, D, 1, 1]` become `[D, K]`.
 *
 * @returns The caller disposes it.
 */
export function toVariable(name: string, tensor: NamedTensor): tf.Variable {
  const value = tf.tidy(() => {
    const found = tf.tensor(tensor.data, tensor.shape);
    switch (kindOf(name, tensor)) {
      case "filter":
        return tf.transpose(found, [2, 3, 1, 0]);
      case "assignWeights":
        return tf.transpose(tf.reshape(found, tensor.shape.slice(0, 2)));
      case "plain":
        return found;
    }
  });
  const variable = tf.variable(value, true);
  value.dispose();
  return variable;
}

/**
 * Reads a variable, or a tensor that lies as one does, back into state-dict order.
 *
 * @param name Its name in the state dict.
 */
export async function fromVariable(
  name: string,
  variable: tf.Tensor,
): Promise<NamedTensor> {
  const value = tf.tidy(() => {
    if (variable.rank === 4) return tf.transpose(variable, [3, 2, 0, 1]);
    if (name === "pool.conv.weight") {
      return tf.reshape(tf.transpose(variable), [
        variable.shape[1]!,
        variable.shape[0]!,
        1,
        1,
      ]);
    }
    return tf.clone(variable);
  });
  const data = await value.data() as Float32Array<ArrayBuffer>;
  const { shape } = value;
  value.dispose();
  return { shape, data };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
