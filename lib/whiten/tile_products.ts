/**
 * Products of matrices of float64, tile by tile.
 *
 * @module
 */
import {
  addressOf,
  type Float64Kernels,
  LANES,
  type Matrix,
  VALUE_BYTES,
} from "./float64_memory.ts";

/** Depth of a panel: it stays in the first cache while it meets many others. */
const BLOCK_DEPTH = 256;
/** Panels of the left side at once: they stay in the second cache. */
const BLOCK_PANELS = 16;

/** One side of a product: its lanes are rows on the left, columns on the right. */
export interface Side {
  /** How many, a multiple of 4. */
  readonly numLanes: number;
  /** Writes lanes `lane` to `lane + 3` from a depth on as a panel at `to`. */
  pack(to: number, lane: number, from: number, length: number): void;
}

/** A product, and where it goes. */
export interface TileProduct {
  left: Side;
  right: Side;
  depth: number;
  /** What it is subtracted from. */
  target: Matrix;
  /** Row and column of the first value there; multiples of 4. */
  firstRow: number;
  firstColumn: number;
  /** Whether tiles left of the diagonal of the product are left out. */
  upperOnly?: boolean;
}

/** Place for panels, one row each. */
export interface PanelBuffers {
  left: Matrix;
  right: Matrix;
}

/**
 * Shapes of the buffers.
 *
 * @param products Right lanes and depth of the products that are to be made.
 */
export function shapeBuffers(
  products: readonly { lanes: number; depth: number }[],
): { left: [number, number]; right: [number, number] } {
  const panelValues = LANES * BLOCK_DEPTH;
  const sizes = products.map(({ lanes, depth }) =>
    lanes * Math.min(depth, BLOCK_DEPTH)
  );
  return {
    left: [BLOCK_PANELS, panelValues],
    right: [1, Math.max(panelValues, ...sizes)],
  };
}

/** A side whose lanes are rows of a matrix, from a row and a column on. */
export function lanesInRows(
  { packRuns }: Float64Kernels,
  matrix: Matrix,
  { numLanes, firstRow = 0, firstColumn = 0 }: {
    numLanes: number;
    firstRow?: number;
    firstColumn?: number;
  },
): Side {
  return {
    numLanes,
    pack: (to, lane, from, length) => {
      const run = addressOf(matrix, firstRow + lane, firstColumn + from);
      packRuns(to, run, matrix.stride, length);
    },
  };
}

/** A side whose lanes are columns of a matrix, from a row and a column on. */
export function lanesInColumns(
  { packLanes }: Float64Kernels,
  matrix: Matrix,
  { numLanes, firstRow = 0, firstColumn = 0 }: {
    numLanes: number;
    firstRow?: number;
    firstColumn?: number;
  },
): Side {
  return {
    numLanes,
    pack: (to, lane, from, length) => {
      const first = addressOf(matrix, firstRow + from, firstColumn + lane);
      packLanes(to, first, matrix.stride, length);
    },
  };
}

/** Two sides one after the other in depth: the second begins where the first ends. */
export function stackSides(first: Side, depth: number, second: Side): Side {
  return {
    numLanes: first.numLanes,
    pack: (to, lane, from, length) => {
      const inFirst = Math.max(0, Math.min(length, depth - from));
      if (inFirst > 0) first.pack(to, lane, from, inFirst);
      if (inFirst === length) return;
      const rest = to + inFirst * LANES * VALUE_BYTES;
      second.pack(rest, lane, from + inFirst - depth, length - inFirst);
    },
  };
}

/** Subtracts a product from a part of a matrix. */
export function subtractProduct(
  kernels: Float64Kernels,
  product: TileProduct,
  buffers: PanelBuffers,
): void {
  const { left, right, depth } = product;
  for (let from = 0; from < depth; from += BLOCK_DEPTH) {
    const length = Math.min(BLOCK_DEPTH, depth - from);
    const panelBytes = length * LANES * VALUE_BYTES;
    for (let lane = 0; lane < right.numLanes; lane += LANES) {
      const to = buffers.right.address + lane / LANES * panelBytes;
      right.pack(to, lane, from, length);
    }
    const leftPanels = left.numLanes / LANES;
    for (let first = 0; first < leftPanels; first += BLOCK_PANELS) {
      const count = Math.min(BLOCK_PANELS, leftPanels - first);
      for (let i = 0; i < count; i++) {
        const to = buffers.left.address + i * panelBytes;
        left.pack(to, (first + i) * LANES, from, length);
      }
      subtractBlock(kernels, product, buffers, { first, count, length });
    }
  }
}

/** Multiplies some packed panels on the left by all on the right. */
function subtractBlock(
  { subtractTile }: Float64Kernels,
  { right, target, firstRow, firstColumn, upperOnly }: TileProduct,
  buffers: PanelBuffers,
  { first, count, length }: { first: number; count: number; length: number },
): void {
  const panelBytes = length * LANES * VALUE_BYTES;
  const rightPanels = right.numLanes / LANES;
  for (let j = upperOnly ? first : 0; j < rightPanels; j++) {
    const rows = upperOnly ? Math.min(count, j - first + 1) : count;
    for (let i = 0; i < rows; i++) {
      subtractTile(
        addressOf(
          target,
          firstRow + (first + i) * LANES,
          firstColumn + j * LANES,
        ),
        target.stride,
        buffers.left.address + i * panelBytes,
        buffers.right.address + j * panelBytes,
        length,
      );
    }
  }
}
