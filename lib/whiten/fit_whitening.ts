/**
 * Fits a PCA whitening to descriptors.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { CheckpointError, OptionsError } from "../errors.ts";
import type { Whitening } from "../model/whitening.ts";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../progress.ts";
import { createRandom } from "../random.ts";
import type { DescriptorRows } from "../search/descriptor_rows.ts";
import { type CenteredRows, centerRows, turnColumns } from "./centered_rows.ts";
import {
  correlateColumns,
  correlateRows,
  type Multiplier,
} from "./correlate.ts";
import {
  createEigenProblem,
  type EigenProblem,
  type LeadingEigenvectors,
  solveEigenProblem,
} from "./leading_eigenvectors.ts";

/** What is fitted. */
export interface WhiteningFit {
  /** Length of whitened descriptors, P: how many principal components are kept. */
  length: number;
  /** Whether each is scaled to variance 1, which is what whitening is, or only projected on; true if left out. */
  whiten?: boolean;
}

/** A whitening, and what it was made of. */
export interface FittedWhitening extends Whitening {
  /** Variances of the components λ, largest first, `[P]`. */
  variances: Float64Array;
  /** Mean of the descriptors μ, `[F]`. */
  mean: Float64Array;
  /** Share of the variance of the descriptors that the components have, 0 to 1. */
  keptVariance: number;
}

/** What is added to a variance. Source: addPCA.m of Relja Arandjelović's netvlad. */
const VARIANCE_FLOOR = 1e-9;
/** Variances below this share of the largest are rounding errors of float32. */
const NOISE_SHARE = 1e-7;
/** More would need more memory than WebAssembly can address. */
const MAX_ORDER = 16384;
/** Bytes of a product of the projection, and of the descriptors it is made of. */
const PRODUCT_BYTES = 1 << 26;
/** Seed of the vectors that eigenvectors are found from; the result does not depend on it. */
const SEED = 1;

/**
 * Fits a PCA whitening: `projection·x + offset` of the descriptors it is fitted to has
 * mean 0 and, if it whitens, covariance 1.
 *
 * The eigenvectors are those of the covariance `[F, F]`, or of the products of the
 * descriptors `[n, n]` where there are fewer of these than dimensions. Descriptors are
 * read in blocks: memory is 8·min(n, F)·(min(n, F) + P) bytes, the result, and a
 * constant. Products are summed in float32 up to 1024 terms at a time and in double
 * precision beyond, eigenvectors are found in double precision: variances are right to
 * about 1e-7 of the largest.
 *
 * @param engine Multiplies.
 * @param rows Descriptors, `[n, F]`, in memory or on disk.
 * @param fit How many components, and whether they are scaled.
 * @yields Progress of each step.
 * @returns The whitening, `[P, F]` and `[P]`. Signs of components are free.
 * @throws {OptionsError} If P is not an integer from 1 to min(n − 1, F), or the smaller of n and F beyond 16384.
 * @throws {CheckpointError} If a descriptor is not finite, or all are the same.
 *
 * @example
 * ```ts
 * import { drain, fitWhitening, rowsInMemory, startEngine } from "@whereabouts/whereabouts";
 *
 * const engine = await startEngine({ engine: "wasm" });
 * const rows = rowsInMemory(Float32Array.of(1, 0, 0, 1, -1, 0.5, 0, -1), 2);
 * const { projection } = await drain(fitWhitening(engine, rows, { length: 1 }));
 * console.log(projection.shape); // [1, 2]
 * await engine.dispose();
 * ```
 *
 * Source: Jégou and Chum, Negative evidences and co-occurences in image retrieval: the
 * benefit of PCA and whitening, ECCV 2012; constants of relja_PCA.m and addPCA.m.
 */
export async function* fitWhitening(
  engine: Pick<Engine, "products" | "maxTensorBytes">,
  rows: DescriptorRows,
  { length, whiten = true }: WhiteningFit,
): AsyncGenerator<ProgressEvent | NoteEvent, FittedWhitening> {
  checkFit(rows, length);
  const { numRows: n, rowLength: F } = rows;
  const isDual = F > n;
  const centered = yield* centerRows(rows);
  const problem = createEigenProblem(Math.min(n, F), length);
  yield* (isDual ? correlateRows : correlateColumns)(engine, centered, problem);
  const total = sumDiagonal(problem) / (n - 1);
  const found = yield* solveEigenProblem(problem, createRandom(SEED));
  const variances = found.values.map((sum) => Math.max(0, sum) / (n - 1));
  const numVarying = countVarying(variances);
  if (numVarying < length) {
    yield note(
      `the descriptors vary in ${numVarying} directions: the last ${
        length - numVarying
      } of ${length} values will be 0`,
    );
  }
  const scales = variances.map((variance, i) => {
    if (i >= numVarying) return 0;
    const ofUnit = isDual ? 1 / Math.sqrt(variance * (n - 1)) : 1; // of Xᵀ·v
    return whiten ? ofUnit / Math.sqrt(variance + VARIANCE_FLOOR) : ofUnit;
  });
  const data = isDual
    ? yield* combineRows(engine, centered, found, scales)
    : scaleVectors(found, scales, F);
  return {
    projection: { shape: [length, F], data },
    offset: { shape: [length], data: projectMean(data, centered.mean) },
    variances,
    mean: centered.mean,
    keptVariance: variances.reduce((sum, one) => sum + one, 0) / total,
  };
}

/** The sum of the variances of all directions, times n − 1. */
function sumDiagonal({ order, stride, values }: EigenProblem): number {
  let sum = 0;
  for (let i = 0; i < order; i++) sum += values[i * stride + i]!;
  return sum;
}

function checkFit(
  { numRows, rowLength }: DescriptorRows,
  length: number,
): void {
  const most = Math.max(0, Math.min(numRows - 1, rowLength));
  const what = `Cannot fit a whitening to ${length} values`;
  if (!Number.isInteger(length) || length < 1 || length > most) {
    throw new OptionsError(what, {
      where: `option length, for ${numRows} descriptors of ${rowLength} values`,
      fix: most > 0
        ? `use an integer from 1 to ${most}, or more descriptors than length`
        : "use at least 2 descriptors",
    });
  }
  if (Math.min(numRows, rowLength) > MAX_ORDER) {
    throw new OptionsError(what, {
      where: `${numRows} descriptors of ${rowLength} values`,
      fix: `use at most ${MAX_ORDER} descriptors`,
    });
  }
}

/** How many variances are more than rounding errors. */
function countVarying(variances: Float64Array): number {
  const largest = variances[0]!;
  const count =
    variances.findLastIndex((variance) => variance > NOISE_SHARE * largest) + 1;
  if (count > 0) return count;
  throw new CheckpointError("Cannot fit a whitening to these descriptors", {
    where: "all of them are the same",
    fix: "describe different images, with trained weights",
  });
}

/** The eigenvectors, each times its scale, `[P, F]`. */
function scaleVectors(
  { vector }: LeadingEigenvectors,
  scales: Float64Array,
  F: number,
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(scales.length * F);
  scales.forEach((scale, i) =>
    data.set(vector(i).map((value) => value * scale), i * F)
  );
  return data;
}

/** The sums of descriptors that the eigenvectors say, each times its scale, `[P, F]`. */
async function* combineRows(
  engine: Multiplier,
  rows: CenteredRows,
  { vector }: LeadingEigenvectors,
  scales: Float64Array,
): AsyncGenerator<ProgressEvent, Float32Array<ArrayBuffer>> {
  const { numRows, rowLength: F } = rows;
  const P = scales.length;
  const data = new Float32Array(P * F);
  const bytes = Math.min(PRODUCT_BYTES, engine.maxTensorBytes);
  const width = Math.max(1, Math.min(F, Math.floor(bytes / (4 * P))));
  yield progress("combine descriptors", 0, numRows);
  for (let first = 0; first < numRows; first += rows.blockRows) {
    const block = rows.read(first);
    const parts = new Float32Array(P * block.numRows);
    scales.forEach((scale, i) => {
      const part = vector(i).subarray(first, first + block.numRows);
      parts.set(part.map((value) => value * scale), i * block.numRows);
    });
    for (let from = 0; from < F; from += width) {
      const count = Math.min(width, F - from);
      const columns = turnColumns(block, from, count);
      const sums = await engine.products(parts, columns, block.numRows); // [P, count]
      addColumns(data, F, sums, { from, count });
    }
    yield progress("combine descriptors", first + block.numRows, numRows);
  }
  return data;
}

/** Adds `[P, count]` to some columns of `[P, F]`. */
function addColumns(
  data: Float32Array,
  F: number,
  sums: Float32Array,
  { from, count }: { from: number; count: number },
): void {
  for (let at = 0, to = from; at < sums.length; to += F) {
    for (let i = 0; i < count; i++) data[to + i]! += sums[at++]!;
  }
}

/** −projection·μ, `[P]`. */
function projectMean(
  projection: Float32Array,
  mean: Float64Array,
): Float32Array<ArrayBuffer> {
  const F = mean.length;
  return Float32Array.from({ length: projection.length / F }, (_, row) => {
    let sum = 0;
    for (let f = 0; f < F; f++) sum += projection[row * F + f]! * mean[f]!;
    return -sum;
  });
}
