/** Values of an array of a golden case. */
type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

const ARRAY_TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
};

/** An array of a golden file: little-endian values in base64. */
interface StoredArray {
  dtype: keyof typeof ARRAY_TYPES;
  shape: number[];
  base64: string;
}

/** How far a result may be from a golden array. */
export interface Tolerance {
  /** Relative to the golden value. */
  rtol?: number;
  atol?: number;
}

/** What is known of a golden case besides its arrays. */
export interface GoldenNotes {
  /** What it is and where it is from. */
  about: string;
  scalars: Record<string, number>;
  tolerances: Record<string, Tolerance>;
}

/** A golden file of arrays. */
export interface GoldenArrays extends GoldenNotes {
  has(name: string): boolean;
  float32(name: string): Float32Array<ArrayBuffer>;
  float64(name: string): Float64Array;
  int32(name: string): Int32Array;
  uint8(name: string): Uint8Array;
  shape(name: string): number[];
}

/**
 * Reads `tests/golden/NAME.json`, the small cases that are stored with the project.
 *
 * @param name Such as `h_recall/ties`.
 */
export function readGoldenArrays(name: string): GoldenArrays {
  const { arrays, ...notes } = JSON.parse(
    Deno.readTextFileSync(new URL(`./${name}.json`, import.meta.url)),
  ) as GoldenNotes & { arrays: Record<string, StoredArray> };
  return wrapArrays(notes, (key) => {
    const array = arrays[key];
    if (array === undefined) return undefined;
    const bytes = Uint8Array.from(
      atob(array.base64),
      (char) => char.charCodeAt(0),
    );
    const values = new ARRAY_TYPES[array.dtype](bytes.buffer);
    return { values, shape: array.shape };
  });
}

/** Gives access to the arrays of a golden case, each as the type that it has. */
export function wrapArrays(
  notes: GoldenNotes,
  find: (name: string) => { values: Values; shape: number[] } | undefined,
): GoldenArrays {
  const get = (key: string, type: new () => Values): Values => {
    const { values } = find(key)!;
    if (values instanceof type) return values;
    throw new TypeError(`${key} is ${values.constructor.name}`);
  };
  return {
    ...notes,
    has: (key) => find(key) !== undefined,
    float32: (key) => get(key, Float32Array) as Float32Array<ArrayBuffer>,
    float64: (key) => get(key, Float64Array) as Float64Array,
    int32: (key) => get(key, Int32Array) as Int32Array,
    uint8: (key) => get(key, Uint8Array) as Uint8Array,
    shape: (key) => find(key)!.shape,
  };
}
