/**
 * The sides of the products that a convolution and its gradients are.
 *
 * @module
 */
import { packLanes, packRuns } from "./block_products.wasm";
import {
  PANEL_STEP_BYTES,
  type Side,
  VALUE_BYTES,
  type Workspace,
} from "./block_products.ts";

/** Images in the workspace with zeros around them, `[N, rows, columns, C]`. */
export interface PaddedImages {
  address: number;
  rows: number;
  columns: number;
  channels: number;
}

/** The windows that a filter meets, `[N, h, w]` of them. */
export interface Windows {
  images: PaddedImages;
  /** Values of a window in a row of it, `kw·C`. */
  rowLength: number;
  /** N·h·w. */
  count: number;
  outHeight: number;
  outWidth: number;
  strideHeight: number;
  strideWidth: number;
}

/** Where the pixels of images go. */
export interface Placing {
  /** `[N, H, W, C]` */
  shape: readonly [number, number, number, number];
  /** Rows and columns with all padding. */
  rows: number;
  columns: number;
  /** Where the first pixel goes; where this is negative the first ones are dropped. */
  top: number;
  left: number;
  /** From one pixel to the next. */
  stepHeight: number;
  stepWidth: number;
}

/** Writes images with zeros around, and between, their pixels. */
export function placeImages(
  workspace: Workspace,
  values: Float32Array,
  { shape: [N, H, W, C], ...to }: Placing,
): PaddedImages {
  const padded = workspace.zeros(N * to.rows * to.columns * C);
  const firstX = Math.max(0, Math.ceil(-to.left / to.stepWidth));
  const endX = Math.min(W, Math.ceil((to.columns - to.left) / to.stepWidth));
  for (let row = 0; row < N * H; row++) {
    const y = to.top + row % H * to.stepHeight;
    if (y < 0 || y >= to.rows) continue;
    const start = (Math.floor(row / H) * to.rows + y) * to.columns + to.left;
    const length = to.stepWidth === 1 ? endX - firstX : 1;
    for (let x = firstX; x < endX; x += length) {
      const from = (row * W + x) * C;
      padded.set(
        values.subarray(from, from + length * C),
        (start + x * to.stepWidth) * C,
      );
    }
  }
  const { rows, columns } = to;
  return { address: padded.byteOffset, rows, columns, channels: C };
}

/** Address of the first value of a window. */
function cornerOf(windows: Windows, index: number): number {
  const { images, outHeight, outWidth, strideHeight, strideWidth } = windows;
  const outRow = Math.floor(index / outWidth);
  const image = Math.floor(outRow / outHeight);
  const row = image * images.rows + outRow % outHeight * strideHeight;
  const column = index % outWidth * strideWidth;
  const pixel = row * images.columns + column;
  return images.address + VALUE_BYTES * pixel * images.channels;
}

/** Windows as lanes, of depth `kh·kw·C`. */
export function windowsAsLanes(windows: Windows): Side {
  const { images, rowLength, count } = windows;
  const rowBytes = VALUE_BYTES * images.columns * images.channels;
  const corner = (lane: number): number =>
    cornerOf(windows, Math.min(lane, count - 1));
  return {
    numLanes: count,
    pack: (to, lane, from, until) => {
      const corners = [0, 1, 2, 3].map((i) => corner(lane + i));
      for (let depth = from; depth < until;) {
        const place = depth % rowLength;
        const length = Math.min(rowLength - place, until - depth);
        const offset = Math.floor(depth / rowLength) * rowBytes +
          VALUE_BYTES * place;
        packRuns(
          to + (depth - from) * PANEL_STEP_BYTES,
          corners[0]! + offset,
          corners[1]! + offset,
          corners[2]! + offset,
          corners[3]! + offset,
          length,
        );
        depth += length;
      }
    },
  };
}

/** The values of one row of all windows as lanes, `kw·C` of them of depth `N·h·w`. */
export function windowRowAsLanes(windows: Windows, row: number): Side {
  const { images, rowLength, outWidth, strideWidth } = windows;
  const rowBytes = VALUE_BYTES * images.columns * images.channels;
  const stepBytes = VALUE_BYTES * strideWidth * images.channels;
  return {
    numLanes: rowLength,
    pack: (to, lane, from, until) => {
      const offset = row * rowBytes + VALUE_BYTES * lane;
      for (let depth = from; depth < until;) {
        const length = Math.min(outWidth - depth % outWidth, until - depth);
        packLanes(
          to + (depth - from) * PANEL_STEP_BYTES,
          cornerOf(windows, depth) + offset,
          stepBytes,
          length,
        );
        depth += length;
      }
    },
  };
}

/**
 * The input channels of a filter as lanes, of depth `kh·kw·D`: what its gradient
 * in the input multiplies by, from the last tap to the first.
 *
 * @param address Of `[kh, kw, C, D]` values.
 */
export function flippedFilterAsLanes(
  address: number,
  [kh, kw, C, D]: readonly [number, number, number, number],
): Side {
  return {
    numLanes: C,
    pack: (to, lane, from, until) => {
      for (let depth = from; depth < until;) {
        const tap = kh * kw - 1 - Math.floor(depth / D);
        const d = depth % D;
        const length = Math.min(D - d, until - depth);
        const run = (i: number): number =>
          address +
          VALUE_BYTES * ((tap * C + Math.min(lane + i, C - 1)) * D + d);
        packRuns(
          to + (depth - from) * PANEL_STEP_BYTES,
          run(0),
          run(1),
          run(2),
          run(3),
          length,
        );
        depth += length;
      }
    },
  };
}
