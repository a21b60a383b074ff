/**
 * The head as ONNX operators: what `aggregate` does in TensorFlow.js.
 *
 * @module
 */
import { findAggregator } from "./aggregate.ts";
import type { HeadOptions } from "./aggregator.ts";
import { addConstant, addNode, type Draft } from "./onnx_draft.ts";
import { addUnitRows } from "./onnx_head_parts.ts";
import type { NamedTensors } from "./weights/tensors.ts";
import type { Whitening } from "./whitening.ts";

/**
 * Adds the aggregation layer.
 *
 * @param features Name of the encoder's output, `[N, D, h, w]`.
 * @param tensors State dict with the parameters of the head.
 * @returns The name of the descriptors, `[N, F]`.
 */
export function addHead(
  draft: Draft,
  features: string,
  options: HeadOptions,
  tensors: NamedTensors,
): string {
  return findAggregator(options.pooling)
    .addToGraph(draft, features, options, tensors);
}

/** Adds a whitening of descriptors `[N, F]`; returns the name of the whitened ones, `[N, P]`. */
export function addWhitening(
  draft: Draft,
  descriptors: string,
  { projection, offset }: Whitening,
): string {
  const turned = addNode(draft, "Gemm", [
    descriptors,
    addConstant(draft, "projection", projection.shape, projection.data),
    addConstant(draft, "projection_offset", offset.shape, offset.data),
  ], { transB: 1 });
  return addUnitRows(draft, turned);
}
