/**
 * CGD in plain loops and double precision: slow, and the oracle for the fast layer.
 * Keep it dull.
 *
 * @module
 */

/** Parameters of CGD as lists. */
export interface CgdReferenceParams {
  /** A matrix `[F/parts][D]` for each global descriptor. */
  main: readonly (readonly (readonly number[])[])[];
  /** Scale and offset of the batch normalisation, `[D]`. */
  scale: readonly number[];
  offset: readonly number[];
  /** The classifier, `[classes][D]`, and its biases, `[classes]`. */
  weights: readonly (readonly number[])[];
  biases: readonly number[];
}

/**
 * Describes one image.
 *
 * @param locals Its features, `[P][D]`.
 * @param letters Global descriptors, such as `SG`.
 * @returns Its descriptor, `[F]`, and its first pooled vector, `[D]`.
 */
export function cgdReference(
  locals: readonly (readonly number[])[],
  letters: string,
  { main }: Pick<CgdReferenceParams, "main">,
): { descriptor: number[]; pooled: number[] } {
  const channels = locals[0]!.map((_, d) => locals.map((row) => row[d]!));
  const pools = [...letters].map((letter) =>
    channels.map((values) => pool(letter, values))
  );
  const parts = pools.map((pooled, i) => unit(multiply(main[i]!, pooled)));
  return { descriptor: unit(parts.flat()), pooled: pools[0]! };
}

/**
 * Classifies a batch by its pooled vectors, normalised by the batch.
 *
 * @param pooled `[N][D]`
 * @returns Logits, `[N][classes]`.
 */
export function classifyReference(
  pooled: readonly (readonly number[])[],
  { scale, offset, weights, biases }: Omit<CgdReferenceParams, "main">,
): number[][] {
  const N = pooled.length;
  const normalized = pooled.map((row) =>
    row.map((value, d) => {
      const mean = pooled.reduce((sum, other) => sum + other[d]!, 0) / N;
      const variance = pooled.reduce((sum, other) =>
        sum + (other[d]! - mean) ** 2, 0) / N;
      return (value - mean) / Math.sqrt(variance + 1e-5) * scale[d]! +
        offset[d]!;
    })
  );
  return normalized.map((row) =>
    multiply(weights, row).map((value, c) => value + biases[c]!)
  );
}

function pool(letter: string, values: readonly number[]): number {
  if (letter === "M") return Math.max(...values);
  const power = letter === "S" ? 1 : 3;
  const mean = values.reduce((sum, value) => sum + value ** power, 0) /
    values.length;
  return letter === "S" ? mean : Math.cbrt(mean);
}

function multiply(
  matrix: readonly (readonly number[])[],
  vector: readonly number[],
): number[] {
  return matrix.map((row) =>
    row.reduce((sum, value, d) => sum + value * vector[d]!, 0)
  );
}

function unit(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / Math.max(norm, 1e-12));
}
