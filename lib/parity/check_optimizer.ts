/**
 * Golden cases of the optimizers: a small network's gradients, parameters and buffers, step by step.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import type { Layer } from "../model/network.ts";
import { fromVariable, toVariable } from "../model/parameters.ts";
import { runLayers } from "../model/run_layers.ts";
import { createOptimizer, learningRateAt } from "../train/optimizer.ts";
import { toFloat32 } from "../number_types.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";
import { readOptimizerOptions } from "./optimizer_options.ts";

type Variables = ReadonlyMap<string, tf.Variable>;

/** Follows the trajectory: rates, losses, gradients, parameters, and the buffers in the end. */
export async function checkOptimizer(
  golden: GoldenCase,
  results: CaseComparison,
): Promise<void> {
  const initial = Object.keys(golden.notes.datasets)
    .filter((name) => name.startsWith("init/"));
  results.skip("x", "y", ...initial);
  const order = golden.notes.scalars.param_order as string[];
  const variables = new Map(order.map((name) => [name, read(golden, name)]));
  const fixed = new Map(
    initial.map((name) => name.slice("init/".length))
      .filter((name) => !variables.has(name))
      .map((name) => [name, read(golden, name)]),
  );
  const options = readOptimizerOptions(golden);
  const optimizer = createOptimizer(options, variables);
  const rates = golden.numbers("lr").map((_, step) =>
    learningRateAt(step + 1, options)
  );
  results.compare("lr", rates);
  const losses: number[] = [];
  for (const [step, rate] of rates.entries()) {
    const { value, grads } = differentiate(golden, variables, step);
    losses.push((await value.data())[0]!);
    for (const [name, { name: key }] of variables) {
      const { data } = await fromVariable(name, grads[key]!);
      results.compare(`grad${step + 1}/${name}`, data);
    }
    optimizer.step(grads, rate);
    for (const [name, variable] of [...variables, ...fixed]) {
      const { data } = await fromVariable(name, variable);
      results.compare(`step${step + 1}/${name}`, data);
    }
    tf.dispose([value, grads]);
  }
  results.compare("loss", losses);
  for (const [key, { data }] of await optimizer.exportState()) {
    const [, buffer, name] = key.match(/^(\w+)\.(.+)$/) ?? [];
    if (name === undefined) continue; // the number of steps
    results.compare(`optstate/${order.indexOf(name)}/${buffer}`, data);
  }
  optimizer.dispose();
  tf.dispose([...variables.values(), ...fixed.values()]);
}

/** Makes a variable of an initial parameter. */
function read(golden: GoldenCase, name: string): tf.Variable {
  const { shape, data } = golden.read(`init/${name}`);
  return toVariable(name, { shape, data: toFloat32(data) });
}

/** Mean squared error of the network on the batch of a step, from 0, and its gradients. */
function differentiate(
  golden: GoldenCase,
  variables: Variables,
  step: number,
): ReturnType<typeof tf.variableGrads> {
  const pick = (name: string): tf.Tensor => {
    const { shape: [, ...shape], data } = golden.read(name);
    const length = tf.util.sizeFromShape(shape);
    return tf.tensor(data.subarray(step * length, (step + 1) * length), shape);
  };
  return tf.tidy(() => {
    const images = tf.transpose(pick("x"), [0, 2, 3, 1]) as tf.Tensor4D;
    const targets = pick("y");
    return tf.variableGrads(() => {
      const features = runLayers(LAYERS, images, variables);
      const means = tf.mean(features, [1, 2]); // [N, D]
      const output = tf.matMul(means, variables.get("head")!);
      return tf.mean(tf.square(tf.sub(output, targets)));
    }, [...variables.values()]);
  });
}

/** The network of these cases up to its spatial mean. */
const LAYERS: readonly Layer[] = [
  convolution("c1"),
  { kind: "relu" },
  { kind: "maxPool", size: 2, stride: 2, ceilMode: false },
  convolution("c2"),
];

/** A convolution by filters of 3 × 3, with zeros around; its weights know its channels. */
function convolution(weights: string): Layer {
  return {
    kind: "conv",
    name: weights,
    weights,
    channels: 0,
    size: 3,
    stride: 1,
    padding: 1,
  };
}
