/**
 * Matrices of float64 in a memory of their own, and the kernels that work there.
 *
 * @module
 */
import { float64Kernels } from "./kernel_module.js";
import { describeCause, OptionsError } from "../errors.ts";

/** Lanes of a panel: sizes of all matrices are multiples of it. */
export const LANES = 4;
/** Bytes of a value. */
export const VALUE_BYTES = 8;
const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

/** The functions of `float64_kernels.wat`; all but lengths, factors and depths are addresses or distances in bytes. */
export interface Float64Kernels {
  dot(a: number, b: number, length: number): number;
  addScaled(to: number, from: number, factor: number, length: number): void;
  addRows(
    rows: number,
    stride: number,
    x: number,
    y: number,
    length: number,
    factor0: number,
    factor1: number,
    factor2: number,
    factor3: number,
    sums: number,
  ): void;
  packRuns(to: number, run0: number, stride: number, length: number): void;
  packLanes(to: number, from: number, stride: number, length: number): void;
  subtractTile(
    row0: number,
    stride: number,
    left: number,
    right: number,
    depth: number,
  ): void;
}

/** A matrix there, row-major, all zero at first. */
export interface Matrix {
  /** Address of its first value. */
  readonly address: number;
  /** Rows, a multiple of 4. */
  readonly numRows: number;
  /** Columns, a multiple of 4. */
  readonly numColumns: number;
  /** Bytes from a row to the next. */
  readonly stride: number;
  /** `[numRows, numColumns]` */
  readonly values: Float64Array;
}

/** A memory for some matrices. */
export interface Float64Memory {
  readonly kernels: Float64Kernels;
  readonly matrices: readonly Matrix[];
}

/** The next multiple of 4. */
export function padToLanes(count: number): number {
  return Math.ceil(count / LANES) * LANES;
}

/**
 * Sets a memory aside. It ends when nothing refers to it any more.
 *
 * @param shapes Rows and columns of each matrix, multiples of 4.
 * @throws {OptionsError} If there is not that much memory.
 */
export function createFloat64Memory(
  shapes: readonly (readonly [numRows: number, numColumns: number])[],
): Float64Memory {
  const sizes = shapes.map(([rows, columns]) => rows * columns * VALUE_BYTES);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const memory = createMemory(Math.ceil(bytes / PAGE_BYTES));
  const { exports } = new WebAssembly.Instance(float64Kernels, {
    kernels: { memory },
  });
  let next = 0;
  const matrices = shapes.map(([numRows, numColumns], i): Matrix => {
    const address = next;
    next += sizes[i]!;
    const length = numRows * numColumns;
    const values = new Float64Array(memory.buffer, address, length);
    const stride = numColumns * VALUE_BYTES;
    return { address, numRows, numColumns, stride, values };
  });
  return { kernels: exports as unknown as Float64Kernels, matrices };
}

function createMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES });
  } catch (cause) {
    const gigabytes = (pages * PAGE_BYTES / 1e9).toFixed(1);
    throw new OptionsError(`Cannot set ${gigabytes} GB of memory aside`, {
      where: `eigenvectors of a whitening (${describeCause(cause)})`,
      fix: "use fewer descriptors or a smaller length, or free memory",
      cause,
    });
  }
}

/** Address of a value of a matrix. */
export function addressOf(
  { address, stride }: Matrix,
  row: number,
  column = 0,
): number {
  return address + row * stride + column * VALUE_BYTES;
}
