import assert from "node:assert/strict";
import { basename } from "node:path";
import {
  lanesInColumns,
  lanesInRows,
  multiplySides,
  Workspace,
} from "../../lib/engine/kernels/block_products.ts";
import { createRandom } from "../../lib/random.ts";
import { compileWat, locateCompiled, WAT_FILES } from "./compile_wat.ts";

for (const source of WAT_FILES) {
  const compiled = locateCompiled(source);
  Deno.test(`${basename(compiled.pathname)} is what its text says`, async () => {
    assert.deepEqual(await Deno.readFile(compiled), await compileWat(source));
  });
}

/** Rows, depth and columns: less than a tile, odd ones, several blocks, more sums than are kept at once. */
const SIZES = [
  [1, 1, 1],
  [3, 5, 2],
  [4, 256, 8],
  [9, 257, 11],
  [70, 515, 17],
  [2100, 3, 2049],
] as const;

for (const [R, S, T] of SIZES) {
  Deno.test(`multiplySides() multiplies ${R}x${S} by ${S}x${T}, each side lying both ways`, () => {
    const a = wholeNumbers(R * S, "a"); // [R, S]
    const b = wholeNumbers(S * T, "b"); // [S, T]
    const expected = new Float32Array(R * T);
    for (let r = 0; r < R; r++) {
      for (let s = 0; s < S; s++) {
        const value = a[r * S + s]!;
        for (let t = 0; t < T; t++) {
          expected[r * T + t]! += value * b[s * T + t]!;
        }
      }
    }
    for (const ways of ["rows", "columns"]) {
      const workspace = new Workspace();
      const left = ways === "rows"
        ? lanesInRows(workspace.write(a), R, S)
        : lanesInColumns(workspace.write(transpose(a, R, S)), R);
      const right = ways === "rows"
        ? lanesInRows(workspace.write(transpose(b, S, T)), T, S)
        : lanesInColumns(workspace.write(b), T);
      const result = new Float32Array(R * T);
      multiplySides(workspace, { left, right, depth: S }, result);
      assert.deepEqual(result, expected, ways);
    }
  });
}

Deno.test("multiplySides() keeps sums that float32 loses", () => {
  const S = 1 << 16;
  const a = new Float32Array(S).fill(1);
  const b = new Float32Array(S).fill(1 + 2 ** -20);
  const workspace = new Workspace();
  const result = new Float32Array(1);
  multiplySides(workspace, {
    left: lanesInRows(workspace.write(a), 1, S),
    right: lanesInRows(workspace.write(b), 1, S),
    depth: S,
  }, result);
  assert.equal(result[0], S + 2 ** -4);
});

Deno.test("multiplySides() lets what is not finite touch its own row and column only", () => {
  const [R, S, T] = [5, 20, 9];
  const a = new Float32Array(R * S).fill(1);
  a[2 * S + 3] = NaN;
  const b = new Float32Array(S * T).fill(1);
  b[7 * T + 4] = Infinity;
  const workspace = new Workspace();
  const result = new Float32Array(R * T);
  multiplySides(workspace, {
    left: lanesInRows(workspace.write(a), R, S),
    right: lanesInColumns(workspace.write(b), T),
    depth: S,
  }, result);
  result.forEach((value, i) => {
    const [row, column] = [Math.floor(i / T), i % T];
    const expected = row === 2 ? NaN : column === 4 ? Infinity : S;
    assert.equal(value, expected, `row ${row}, column ${column}`);
  });
});

/** Whole numbers from -8 to 8: sums of their products are exact. */
function wholeNumbers(count: number, label: string): Float32Array {
  const random = createRandom(4).fork(label);
  return Float32Array.from({ length: count }, () => random.nextInteger(17) - 8);
}

/** `[rows, columns]` as `[columns, rows]`. */
function transpose(
  values: Float32Array,
  rows: number,
  columns: number,
): Float32Array {
  return values.map((_, i) =>
    values[(i % rows) * columns + Math.floor(i / rows)]!
  );
}
