/**
 * Descriptors in fewer bytes: what is left of them when they are read back.
 *
 * @module
 */
import type { DescriptorRows } from "../search/descriptor_rows.ts";

/** Ways to store a descriptor: numbers of 4 or 2 bytes, or of one byte and a common scale. */
export const STORAGES = ["float32", "float16", "int8"] as const;

/** A way to store a descriptor. */
export type Storage = typeof STORAGES[number];

/** Bytes of the common scale of an int8 descriptor. */
const SCALE_BYTES = 4;

/** The largest number of int8 that has a negative. */
const INT8_MAX = 127;

/**
 * Bytes of a descriptor.
 *
 * @param length Its values, F.
 */
export function descriptorBytes(length: number, storage: Storage): number {
  switch (storage) {
    case "float32":
      return 4 * length;
    case "float16":
      return 2 * length;
    case "int8":
      return length + SCALE_BYTES;
  }
}

/**
 * Descriptors as they are after they were stored.
 *
 * @param rows `[M, F]`; not changed.
 * @returns `[M, F]`, rounded each time that they are read.
 */
export function storedRows(
  rows: DescriptorRows,
  storage: Storage,
): DescriptorRows {
  const { numRows, rowLength } = rows;
  const read = (firstRow: number, count: number): Float32Array => {
    const values = rows.read(firstRow, count);
    switch (storage) {
      case "float32":
        return values;
      case "float16":
        return Float32Array.from(Float16Array.from(values));
      case "int8":
        return roundToInt8(values, rowLength);
    }
  };
  return { numRows, rowLength, read };
}

/** Rounds each descriptor to 255 steps between its largest value and the negative of that. */
function roundToInt8(values: Float32Array, rowLength: number): Float32Array {
  const rounded = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += rowLength) {
    const row = values.subarray(start, start + rowLength);
    const largest = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const step = Math.fround(largest / INT8_MAX);
    if (step === 0) continue; // all are zero, or as good as
    row.forEach((value, i) => {
      rounded[start + i] = step * Math.round(value / step);
    });
  }
  return rounded;
}

/**
 * The leading values of descriptors, of unit length again.
 *
 * @param rows `[M, P]`, projected by PCA; not changed.
 * @param length Values that are kept, at most P.
 * @returns `[M, length]`
 */
export function croppedRows(
  rows: DescriptorRows,
  length: number,
): DescriptorRows {
  const { numRows, rowLength } = rows;
  const read = (firstRow: number, count: number): Float32Array => {
    const values = rows.read(firstRow, count);
    const cropped = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      const kept = values.subarray(i * rowLength, i * rowLength + length);
      const norm = Math.sqrt(kept.reduce((sum, x) => sum + x * x, 0));
      const scale = norm > 0 ? 1 / norm : 0;
      kept.forEach((x, f) => cropped[i * length + f] = x * scale);
    }
    return cropped;
  };
  return { numRows, rowLength: length, read };
}
