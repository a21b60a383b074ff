/**
 * CGD as a head, by the names that its authors' program gives its parameters.
 *
 * @module
 */
import * as tf from "../../engine/tf.ts";
import type { Random } from "../../random.ts";
import type { Aggregator, HeadOptions } from "../aggregator.ts";
import { describeByCgd, listGlobalDescriptors } from "../cgd.ts";
import { addNode, type Draft } from "../onnx_draft.ts";
import { addPool, addTensor, addUnitRows } from "../onnx_head_parts.ts";
import type { NamedTensors } from "../weights/tensors.ts";
import { addGeneralizedMean } from "./gem.ts";

/** Combined global descriptors (CGD), `cgdLength` values. See `describeByCgd`. */
export const CGD: Aggregator = {
  descriptorLength: ({ cgdLength }) => cgdLength,
  shapes: listShapes,
  buffers: ({ cgdClasses }) =>
    cgdClasses === undefined
      ? []
      : ["auxiliary_module.0.running_mean", "auxiliary_module.0.running_var"],
  auxiliary: (options) =>
    [...listShapes(options, 1).keys()].filter((name) =>
      name.startsWith("auxiliary_module.")
    ),
  start: startAsTorch,
  aggregate: (features, options, params) =>
    tf.tidy(() => describeByCgd(features, options, params).descriptors),
  addToGraph: addCgd,
};

/** Shapes by name; the auxiliary head only where there are classes. */
function listShapes(
  options: HeadOptions,
  D: number,
): Map<string, number[]> {
  const { cgdLength, cgdClasses } = options;
  const parts = listGlobalDescriptors(options);
  const shapes = new Map(
    parts.map((_, i) => [
      `main_modules.${i}.0.weight`,
      [cgdLength / parts.length, D],
    ]),
  );
  if (cgdClasses === undefined) return shapes;
  return new Map([
    ...shapes,
    ["auxiliary_module.0.weight", [D]],
    ["auxiliary_module.0.bias", [D]],
    ["auxiliary_module.0.running_mean", [D]],
    ["auxiliary_module.0.running_var", [D]],
    ["auxiliary_module.1.weight", [cgdClasses, D]],
    ["auxiliary_module.1.bias", [cgdClasses]],
  ]);
}

/**
 * First values as PyTorch has them: of linear layers uniform within `±1/√D`, of a
 * batch normalisation those that change nothing.
 */
function startAsTorch(
  options: HeadOptions,
  D: number,
  random: Random,
): NamedTensors {
  const bound = 1 / Math.sqrt(D);
  return new Map(
    [...listShapes(options, D)].map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (/^auxiliary_module\.0\./.test(name)) {
        data.fill(/weight|running_var/.test(name) ? 1 : 0);
      } else {
        const stream = random.fork(name);
        for (let i = 0; i < data.length; i++) {
          data[i] = bound * (2 * stream.next() - 1);
        }
      }
      return [name, { shape, data }];
    }),
  );
}

/** See `describeByCgd`. */
function addCgd(
  draft: Draft,
  features: string,
  options: HeadOptions,
  tensors: NamedTensors,
): string {
  const parts = listGlobalDescriptors(options).map((letter, i) => {
    const name = `main_modules.${i}.0.weight`;
    const inputs = [
      addGlobalDescriptor(draft, features, letter),
      addTensor(draft, name, tensors),
    ];
    return addUnitRows(draft, addNode(draft, "Gemm", inputs, { transB: 1 }));
  });
  return addUnitRows(draft, addNode(draft, "Concat", parts, { axis: 1 }));
}

/** Features pooled as a letter says, `[N, D]`. */
function addGlobalDescriptor(
  draft: Draft,
  features: string,
  letter: string,
): string {
  if (letter === "G") return addGeneralizedMean(draft, features);
  const op = letter === "S" ? "GlobalAveragePool" : "GlobalMaxPool";
  return addPool(draft, op, features);
}
