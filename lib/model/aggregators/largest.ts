/**
 * The maximum as a head: MAC.
 *
 * @module
 */
import type { Aggregator } from "../aggregator.ts";
import { addPool, addPoolUnit } from "../onnx_head_parts.ts";
import { maxPool } from "../pooling.ts";

/** The largest value over positions (MAC), D values. See `maxPool`. */
export const LARGEST: Aggregator = {
  descriptorLength: (_, D) => D,
  shapes: () => new Map(),
  start: () => new Map(),
  aggregate: (features, { poolNorm }) => maxPool(features, poolNorm),
  addToGraph: (draft, features, { poolNorm }) =>
    addPoolUnit(
      draft,
      features,
      poolNorm,
      (features) => addPool(draft, "GlobalMaxPool", features),
    ),
};
