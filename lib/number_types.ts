/**
 * The number types of files, and their bytes as typed arrays.
 *
 * @module
 */

/** Numbers in memory. 64-bit integers are held as float64, exact up to 2⁵³. */
export type NumberArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>;

/** Arrays that hold the numbers of each type in memory. */
const ARRAYS = {
  f2: Float32Array,
  bf2: Float32Array,
  f4: Float32Array,
  f8: Float64Array,
  b1: Uint8Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: Float64Array,
  u8: Float64Array,
};

/** Numbers in a file: kind and bytes, as NumPy writes them; `bf2` is bfloat16, `b1` a boolean. */
export type NumberType = keyof typeof ARRAYS;

/** Whether text names a number type. */
export function isNumberType(text: string): text is NumberType {
  return Object.hasOwn(ARRAYS, text);
}

/** An array of zeros for numbers of a type. */
export function createNumbers(type: NumberType, length: number): NumberArray {
  return new ARRAYS[type](length);
}

/** Bytes that one number of a type takes in a file. */
export function numberBytes(type: NumberType): number {
  return Number(type.slice(-1));
}

/**
 * Turns the bytes of a file into numbers.
 *
 * @param bytes A multiple of `numberBytes(type)`; the result may share its memory.
 * @param bigEndian Whether the highest byte of a number comes first; the bytes are then turned in place.
 */
export function decodeNumbers(
  bytes: Uint8Array<ArrayBuffer>,
  type: NumberType,
  bigEndian = false,
): NumberArray {
  if (bigEndian) reverseEach(bytes, numberBytes(type));
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  const buffer = isWhole ? bytes.buffer : bytes.slice().buffer;
  switch (type) {
    case "f2":
      return new Float32Array(new Float16Array(buffer));
    case "bf2":
      return decodeBfloat16(buffer);
    case "i8":
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case "u8":
      return Float64Array.from(new BigUint64Array(buffer), Number);
    default:
      return new ARRAYS[type](buffer);
  }
}

/** Numbers as float32; what is float32 already is not copied. */
export function toFloat32(numbers: NumberArray): Float32Array<ArrayBuffer> {
  return numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
}

/** The bytes of numbers, sharing their memory. */
export function bytesOf(
  numbers: ArrayBufferView<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    numbers.buffer,
    numbers.byteOffset,
    numbers.byteLength,
  );
}

/** Numbers that a shape holds: the product of its sizes. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function decodeBfloat16(bytes: ArrayBuffer): Float32Array<ArrayBuffer> {
  const upperHalves = Uint32Array.from(new Uint16Array(bytes), (n) => n << 16);
  return new Float32Array(upperHalves.buffer);
}

function reverseEach(bytes: Uint8Array, length: number): void {
  for (let at = 0; at < bytes.length; at += length) {
    bytes.subarray(at, at + length).reverse();
  }
}

/** Numbers one after the other, as one array. */
export function joinNumbers(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let length = 0;
  for (const part of parts) {
    joined.set(part, length);
    length += part.length;
  }
  return joined;
}
