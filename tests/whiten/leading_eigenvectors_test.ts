import assert from "node:assert/strict";
import {
  createEigenProblem,
  type LeadingEigenvectors,
  solveEigenProblem,
} from "../../lib/whiten/leading_eigenvectors.ts";
import { createRandom } from "../../lib/random.ts";
import { assertClose } from "../assert_close.ts";
import { eigenvaluesReference, makeSymmetric } from "./matrices.ts";

/** Of the largest eigenvalue: some roundings of double precision for each row. */
const ACCURACY = 1e-13;

/** Vectors of values that are 1e-8 of the largest apart are not made orthogonal: 1e-15 / 1e-8. */
const ORTHOGONALITY = 1e-7;

function solve(
  matrix: number[][],
  count: number,
  seed = 1,
): LeadingEigenvectors {
  const problem = createEigenProblem(matrix.length, count);
  matrix.forEach((row, i) =>
    problem.values.set(row.slice(i), i * problem.stride + i)
  );
  const steps = solveEigenProblem(problem, createRandom(seed));
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
    assert.ok(value.done >= 0 && value.done <= value.total);
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Every vector is one, of its value, and orthogonal to the others. */
function assertSolves(
  matrix: number[][],
  { values, vector }: LeadingEigenvectors,
): void {
  const scale = Math.max(1, ...values.map(Math.abs));
  values.forEach((value, i) => {
    const v = vector(i);
    const turned = matrix.map((row) => dot(row, v));
    const expected = [...v].map((one) => value * one);
    assertClose(turned, expected, { atol: ACCURACY * scale }, `image ${i}`);
    for (let j = 0; j <= i; j++) {
      const product = dot(v, vector(j));
      assertClose([product], [i === j ? 1 : 0], { atol: ORTHOGONALITY });
    }
  });
}

/** Less than a panel, odd ones, several panels, and more than a block of reflections. */
for (
  const [order, count] of [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 4],
    [5, 1],
    [33, 33],
    [66, 9],
    [131, 70],
  ] as const
) {
  Deno.test(`solveEigenProblem() finds ${count} of ${order} eigenvectors, and the values that Jacobi's rotations give`, () => {
    const matrix = makeSymmetric(order);
    const found = solve(matrix, count);
    const expected = eigenvaluesReference(matrix).slice(0, count);
    const scale = Math.max(...expected.map(Math.abs), 1);
    assertClose(found.values, expected, { atol: ACCURACY * scale });
    assertSolves(matrix, found);
  });
}

const ORDER = 40;

/** Matrices whose eigenvalues are equal, zero, or far apart. */
const HARD: Record<string, (i: number, j: number) => number> = {
  "zeros": () => 0,
  "the identity": (i, j) => Number(i === j),
  "ones": () => 1,
  "blocks that are all the same": (i, j) =>
    Math.floor(i / 4) === Math.floor(j / 4) ? 1 / (1 + Math.abs(i - j)) : 0,
  "values on the diagonal that fall by a third each": (i, j) =>
    i === j ? 3 ** -i : 0,
  "two neighbours of one that are all but zero": (i, j) =>
    i === j ? 1 : Math.abs(i - j) === 1 ? 1e-17 : 0,
  "Wilkinson's matrix, with its pairs": (i, j) =>
    i === j ? Math.abs(i - ORDER / 2) : Math.abs(i - j) === 1 ? 1 : 0,
};

for (const [name, value] of Object.entries(HARD)) {
  Deno.test(`solveEigenProblem() solves a matrix of ${name}`, () => {
    const matrix = Array.from(
      { length: ORDER },
      (_, i) => Array.from({ length: ORDER }, (_, j) => value(i, j)),
    );
    const found = solve(matrix, ORDER);
    assertSolves(matrix, found);
    assertClose(found.values, eigenvaluesReference(matrix), {
      atol: ACCURACY * 25,
    });
  });
}

Deno.test("solveEigenProblem() gives the same numbers each time, and the same up to a sign from other starts", () => {
  const matrix = makeSymmetric(50);
  const [one, again, other] = [
    solve(matrix, 7),
    solve(matrix, 7),
    solve(matrix, 7, 2),
  ];
  for (let i = 0; i < 7; i++) {
    assert.deepEqual(one.vector(i), again.vector(i));
    const sign = Math.sign(dot(one.vector(i), other.vector(i)));
    const turned = other.vector(i).map((value) => value * sign);
    assertClose(turned, one.vector(i), { atol: 1e-12 });
  }
});

Deno.test("createEigenProblem() says how much memory is missing", () => {
  assert.throws(() => createEigenProblem(40_000, 4), {
    name: "OptionsError",
    fix: "use fewer descriptors or a smaller length, or free memory",
  });
});
