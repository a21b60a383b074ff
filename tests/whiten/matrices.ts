import { createRandom } from "../../lib/random.ts";

/** A symmetric matrix of random numbers, `[order, order]`. */
export function makeSymmetric(order: number, seed = 1): number[][] {
  const random = createRandom(seed);
  const matrix = Array.from({ length: order }, () => Array(order).fill(0));
  for (let i = 0; i < order; i++) {
    for (let j = i; j < order; j++) {
      matrix[i]![j] = matrix[j]![i] = random.nextNormal();
    }
  }
  return matrix;
}

/** Descriptors of unit length whose variance falls along random directions, `[count, length]`. */
export function makeDescriptors(
  count: number,
  length: number,
  seed = 1,
): Float32Array {
  const random = createRandom(seed);
  const rank = Math.min(count, length) + 4;
  const basis = Array.from(
    { length: rank * length },
    () => random.nextNormal(),
  );
  const rows = new Float32Array(count * length);
  for (let row = 0; row < count; row++) {
    const values = new Float64Array(length).fill(0.1);
    for (let k = 0; k < rank; k++) {
      const share = random.nextNormal() / (1 + k) ** 0.5;
      for (let i = 0; i < length; i++) {
        values[i]! += share * basis[k * length + i]!;
      }
    }
    const norm = Math.hypot(...values);
    rows.set(values.map((value) => value / norm), row * length);
  }
  return rows;
}

/** All eigenvalues of a symmetric matrix, largest first: Jacobi's rotations, one by one. */
export function eigenvaluesReference(matrix: number[][]): number[] {
  const A = matrix.map((row) => [...row]);
  const n = A.length;
  for (let sweep = 0; sweep < 12; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(A, p, q);
    }
  }
  return A.map((row, i) => row[i]!).sort((a, b) => b - a);
}

/** Makes `A[p][q]` zero. */
function rotate(A: number[][], p: number, q: number): void {
  if (A[p]![q] === 0) return;
  const angle = Math.atan2(2 * A[p]![q]!, A[q]![q]! - A[p]![p]!) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  for (const row of A) {
    [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
  }
  const [above, below] = [A[p]!, A[q]!];
  for (let k = 0; k < A.length; k++) {
    [above[k], below[k]] = [
      c * above[k]! - s * below[k]!,
      s * above[k]! + c * below[k]!,
    ];
  }
}
