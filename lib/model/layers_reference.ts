/**
 * Layers as plain loops: slow, double precision, and the oracle for both interpreters.
 *
 * @module
 */
import {
  BATCH_NORM_EPSILON,
  type BatchNormLayer,
  type ConvLayer,
  type Layer,
  type MaxPoolLayer,
} from "./network.ts";

/** A value inside of a network for one image, `[H][W][C]`, in double precision. */
export type Grid = number[][][];

/** Weights by state-dict name, `[out, in, kh, kw]` row-major and `[out]`. */
export type ReferenceWeights = Map<string, number[]>;

/**
 * Runs layers on one image in plain loops. Keep it dull.
 *
 * @param image `[H][W][C]`, normalised.
 * @param weights Those of the layers.
 * @returns Features, `[h][w][D]`.
 */
export function runLayersReference(
  layers: readonly Layer[],
  image: Grid,
  weights: ReferenceWeights,
): Grid {
  return layers.reduce((grid, layer) => {
    const run = (inner: readonly Layer[]): Grid =>
      runLayersReference(inner, grid, weights);
    switch (layer.kind) {
      case "conv":
        return convolve(layer, grid, weights);
      case "batchNorm":
        return normalize(layer, grid, weights);
      case "relu":
        return mapCells(grid, (cell) => cell.map((v) => Math.max(v, 0)));
      case "maxPool":
        return pool(layer, grid);
      case "concat": {
        const parts = layer.branches.map(run);
        return mapCells(
          parts[0]!,
          (_, y, x) => parts.flatMap((part) => part[y]![x]!),
        );
      }
      case "residual": {
        const around = run(layer.shortcut);
        return mapCells(
          run(layer.main),
          (cell, y, x) =>
            cell.map((v, d) => Math.max(v + around[y]![x]![d]!, 0)),
        );
      }
    }
  }, image);
}

function mapCells(
  grid: Grid,
  change: (cell: number[], y: number, x: number) => number[],
): Grid {
  return grid.map((row, y) => row.map((cell, x) => change(cell, y, x)));
}

/** Cells of a window that are inside of the grid, with their place in the window. */
function listWindow(
  grid: Grid,
  [top, left]: [number, number],
  size: number,
): { cell: number[]; i: number; j: number }[] {
  const found = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const cell = grid[top + i]?.[left + j];
      if (cell) found.push({ cell, i, j });
    }
  }
  return found;
}

function makeGrid(
  [H, W]: [number, number],
  cellAt: (y: number, x: number) => number[],
): Grid {
  return Array.from(
    { length: H },
    (_, y) => Array.from({ length: W }, (_, x) => cellAt(y, x)),
  );
}

function convolve(
  layer: ConvLayer,
  grid: Grid,
  weights: ReferenceWeights,
): Grid {
  const { size, stride, padding, channels } = layer;
  const filter = weights.get(`${layer.weights}.weight`)!;
  const bias = weights.get(`${layer.weights}.bias`);
  const C = grid[0]![0]!.length;
  const length = (n: number): number =>
    Math.floor((n + 2 * padding - size) / stride) + 1;
  return makeGrid([length(grid.length), length(grid[0]!.length)], (y, x) => {
    const corner: [number, number] = [
      y * stride - padding,
      x * stride - padding,
    ];
    const window = listWindow(grid, corner, size);
    return Array.from(
      { length: channels },
      (_, d) =>
        window.reduce(
          (sum, { cell, i, j }) =>
            cell.reduce(
              (sum, value, c) =>
                sum + value * filter[((d * C + c) * size + i) * size + j]!,
              sum,
            ),
          bias?.[d] ?? 0,
        ),
    );
  });
}

function normalize(
  layer: BatchNormLayer,
  grid: Grid,
  weights: ReferenceWeights,
): Grid {
  const read = (name: string): number[] =>
    weights.get(`${layer.weights}.${name}`)!;
  const [weight, bias] = [read("weight"), read("bias")];
  const [mean, variance] = [read("running_mean"), read("running_var")];
  return mapCells(
    grid,
    (cell) =>
      cell.map((v, d) =>
        (v - mean[d]!) / Math.sqrt(variance[d]! + BATCH_NORM_EPSILON) *
          weight[d]! + bias[d]!
      ),
  );
}

function pool(
  { size, stride, ceilMode, padding = 0 }: MaxPoolLayer,
  grid: Grid,
): Grid {
  const round = ceilMode ? Math.ceil : Math.floor;
  const length = (n: number): number =>
    round((n + 2 * padding - size) / stride) + 1;
  return makeGrid([length(grid.length), length(grid[0]!.length)], (y, x) => {
    const corner: [number, number] = [
      y * stride - padding,
      x * stride - padding,
    ];
    const window = listWindow(grid, corner, size);
    return window[0]!.cell.map((_, c) =>
      Math.max(...window.map(({ cell }) => cell[c]!))
    );
  });
}
