/**
 * R-MAC as ONNX operators. How many regions there are follows from the size of an image,
 * which is free in a graph: first rows and columns are computed in it, as `layRegions` does.
 *
 * @module
 */
import { ELEMENT_TYPES } from "../../engine/onnx_graph.ts";
import {
  addConstant,
  addInteger,
  addIntegers,
  addNode,
  addSize,
  type Draft,
} from "../onnx_draft.ts";
import { addSum, addUnitRows } from "../onnx_head_parts.ts";
import { LONG_SIDE_GAPS } from "../rmac.ts";
import type { NamedTensor } from "../weights/tensors.ts";

/** Whitening of regions: `weight` `[D, D]` times a vector, and `bias` `[D]`. */
interface Whitening {
  weight: NamedTensor;
  bias: NamedTensor;
}

/** A side of a grid of features: integers, as names in a graph. */
interface Side {
  length: string;
  /** How many more regions there are along it than along the shorter side. */
  more: string;
}

/** See `rmacPool`; `[N, D]`. */
export function addRmac(
  draft: Draft,
  features: string,
  levels: number,
  whitening?: Whitening,
): string {
  const active = addNode(draft, "Relu", [features]); // [N, D, h, w]
  const { height, width, shorter } = addSides(draft, features);
  const whiten = addRegionWhitening(draft, whitening);
  let total: string | undefined;
  for (let level = 1; level <= levels; level++) {
    const size = addNode(draft, "Div", [
      addNode(draft, "Mul", [shorter, addInteger(draft, 2)]),
      addInteger(draft, level + 1),
    ]);
    const rows = addRegionPositions(draft, height, level, size);
    const columns = addRegionPositions(draft, width, level, size);
    const sum = addScale(draft, active, rows, columns, whiten); // [N, D]
    // A scale whose regions have no size counts for nothing.
    const counts = addNode(draft, "Min", [size, addInteger(draft, 1)]);
    const share = addCast(draft, counts, "float32");
    const added = addNode(draft, "Mul", [sum, share]);
    total = total === undefined ? added : addNode(draft, "Add", [total, added]);
  }
  return addUnitRows(draft, total!);
}

/** Both sides of features `[N, D, h, w]`. */
function addSides(
  draft: Draft,
  features: string,
): { height: Side; width: Side; shorter: string } {
  const h = addSize(draft, features, 2, "int64");
  const w = addSize(draft, features, 3, "int64");
  const shorter = addNode(draft, "Min", [h, w]);
  const longer = addNode(draft, "Max", [h, w]);
  const more = addMore(draft, longer, shorter);
  const addSide = (length: string): Side => {
    const isLonger = addNode(draft, "Greater", [length, shorter]);
    const share = addCast(draft, isLonger, "int64");
    return { length, more: addNode(draft, "Mul", [more, share]) };
  };
  return { height: addSide(h), width: addSide(w), shorter };
}

/** How many more regions there are along the longer side: see `countMore`, here times 60, in integers. */
function addMore(draft: Draft, longer: string, shorter: string): string {
  const wanted = addNode(draft, "Mul", [
    shorter,
    addIntegers(draft, LONG_SIDE_GAPS.map((gaps) => 3 * gaps)),
  ]);
  const extra = addNode(draft, "Mul", [
    addNode(draft, "Sub", [longer, shorter]),
    addInteger(draft, 5),
  ]);
  const errors = addNode(draft, "Mul", [
    addNode(draft, "Abs", [addNode(draft, "Sub", [wanted, extra])]),
    addIntegers(draft, LONG_SIDE_GAPS.map((gaps) => 60 / gaps)),
  ]);
  const best = addNode(draft, "ArgMin", [
    addCast(draft, errors, "float32"),
  ], { axis: 0, keepdims: 0 });
  return addNode(draft, "Add", [best, addInteger(draft, 1)]);
}

/** Positions along a side of every region of a scale, `[regions, size]`. */
function addRegionPositions(
  draft: Draft,
  { length, more }: Side,
  level: number,
  size: string,
): string {
  const [none, one] = [addInteger(draft, 0), addInteger(draft, 1)];
  const count = addNode(draft, "Add", [more, addInteger(draft, level)]);
  const gaps = addNode(draft, "Max", [
    addNode(draft, "Sub", [count, one]),
    one,
  ]);
  // The regions of a scale without a size are of one position, so that they lie inside.
  const kept = addNode(draft, "Max", [size, one]);
  const indices = addNode(draft, "Range", [none, count, one]);
  const way = addNode(draft, "Sub", [length, kept]);
  const moved = addNode(draft, "Mul", [indices, way]);
  const firsts = addNode(draft, "Unsqueeze", [
    addNode(draft, "Div", [moved, gaps]),
    addIntegers(draft, [1]),
  ]); // [regions, 1]
  const within = addNode(draft, "Range", [none, kept, one]); // [size]
  return addNode(draft, "Add", [firsts, within]);
}

/** Vectors of the regions of a scale, whitened if asked, and added up, `[N, D]`. */
function addScale(
  draft: Draft,
  active: string,
  rows: string,
  columns: string,
  whiten: (vectors: string) => string,
): string {
  const strips = addNode(draft, "Gather", [active, columns], { axis: 3 });
  const narrow = addNode(draft, "ReduceMax", [strips], {
    axes: [4],
    keepdims: 0,
  }); // [N, D, h, lefts]
  const regions = addNode(draft, "Gather", [narrow, rows], { axis: 2 });
  const largest = addNode(draft, "ReduceMax", [regions], {
    axes: [3],
    keepdims: 0,
  }); // [N, D, tops, lefts]
  const last = addNode(draft, "Transpose", [largest], { perm: [0, 2, 3, 1] });
  const vectors = whiten(addUnitRows(draft, last)); // [N, tops, lefts, D]
  return addSum(draft, addSum(draft, vectors, 2, false), 1, false);
}

/** What vectors `[…, D]` of regions go through. */
function addRegionWhitening(
  draft: Draft,
  whitening: Whitening | undefined,
): (vectors: string) => string {
  if (whitening === undefined) return (vectors) => vectors;
  const { weight, bias } = whitening;
  const turn = addNode(draft, "Transpose", [
    addConstant(draft, "region_weight", weight.shape, weight.data),
  ], { perm: [1, 0] });
  const offset = addConstant(draft, "region_bias", bias.shape, bias.data);
  return (vectors) => {
    const turned = addNode(draft, "MatMul", [vectors, turn]);
    return addUnitRows(draft, addNode(draft, "Add", [turned, offset]));
  };
}

function addCast(
  draft: Draft,
  value: string,
  type: keyof typeof ELEMENT_TYPES,
): string {
  return addNode(draft, "Cast", [value], { to: ELEMENT_TYPES[type] });
}
