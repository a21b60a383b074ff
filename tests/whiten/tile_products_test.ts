import assert from "node:assert/strict";
import {
  createFloat64Memory,
  type Matrix,
} from "../../lib/whiten/float64_memory.ts";
import {
  lanesInColumns,
  lanesInRows,
  shapeBuffers,
  stackSides,
  subtractProduct,
} from "../../lib/whiten/tile_products.ts";
import { createRandom } from "../../lib/random.ts";

/** Whole numbers, so that every order of sums gives the same. */
function fill({ values }: Matrix, seed: number): void {
  const random = createRandom(seed);
  for (let i = 0; i < values.length; i++) values[i] = random.nextInteger(9) - 4;
}

/** One tile, several blocks of depth, and more than the panels of a block. */
for (const [R, S, T] of [[4, 4, 4], [8, 300, 12], [72, 5, 68]] as const) {
  for (const upperOnly of [false, true]) {
    const size = upperOnly ? Math.max(R, T) : 0;
    const [rows, columns] = [size || R, size || T];
    Deno.test(`subtractProduct() subtracts ${rows}x${S} times ${S}x${columns}${upperOnly ? ", right of the diagonal alone" : ""}`, () => {
      const depth = Math.ceil(S / 4) * 4;
      const buffers = shapeBuffers([{ lanes: columns, depth: 2 * S }]);
      const { kernels, matrices } = createFloat64Memory([
        [rows, depth],
        [depth, columns],
        [rows + 4, columns + 8],
        buffers.left,
        buffers.right,
      ]);
      const [a, b, target, left, right] = matrices as [
        Matrix,
        Matrix,
        Matrix,
        Matrix,
        Matrix,
      ];
      [a, b, target].forEach(fill);
      const before = target.values.slice();
      const row = lanesInRows(kernels, a, { numLanes: rows });
      const column = lanesInColumns(kernels, b, { numLanes: columns });
      subtractProduct(kernels, {
        left: stackSides(row, S, row),
        right: stackSides(column, S, column),
        depth: 2 * S,
        target,
        firstRow: 4,
        firstColumn: 8,
        upperOnly,
      }, { left, right });
      target.values.forEach((value, at) => {
        const [i, j] = [
          Math.floor(at / target.numColumns) - 4,
          at % target.numColumns - 8,
        ];
        const isTold = i >= 0 && j >= 0 && !(upperOnly && j < i);
        const isLeft = i < 0 || j < 0 ||
          (upperOnly && Math.floor(j / 4) < Math.floor(i / 4));
        let product = 0;
        for (let s = 0; s < S && isTold; s++) {
          product += a.values[i * depth + s]! * b.values[s * columns + j]!;
        }
        if (isTold) assert.equal(value, before[at]! - 2 * product);
        if (isLeft) assert.equal(value, before[at]);
      });
    });
  }
}
