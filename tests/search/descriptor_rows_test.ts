import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DescriptorRows,
  distancesToRows,
  rowsInMemory,
  squaredDistance,
} from "../../lib/search/descriptor_rows.ts";
import { squaredDistanceReference } from "../../lib/search/exact_reference.ts";

Deno.test("squaredDistance() is that of the reference for every length", () => {
  for (let length = 0; length < 9; length++) {
    const a = Float32Array.from({ length }, (_, i) => i * i / 4);
    const b = Float32Array.from({ length }, (_, i) => 3 - i);
    const padded = Float32Array.of(7, 7, ...b, 7);
    assert.equal(
      squaredDistance(a, 0, padded, 2, length),
      squaredDistanceReference(a, b),
    );
  }
});

/** Rows that count how often and how much is read. */
function makeWatched(
  rows: DescriptorRows,
): DescriptorRows & { reads: number; rowsRead: number } {
  return {
    numRows: rows.numRows,
    rowLength: rows.rowLength,
    reads: 0,
    rowsRead: 0,
    read(firstRow, count): Float32Array {
      this.reads++;
      this.rowsRead += count;
      return rows.read(firstRow, count);
    },
  };
}

Deno.test("distancesToRows() measures the wanted rows, however they lie", () => {
  const F = 4000; // a gap of three rows is longer than is read over
  const values = Float32Array.from({ length: 40 * F }, (_, i) => i % 17);
  const rows = rowsInMemory(values, F);
  const query = rows.read(3, 1);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 39 })),
      (wanted) => {
        wanted.sort((a, b) => a - b);
        const watched = makeWatched(rows);
        assert.deepEqual(
          [...distancesToRows(watched, wanted, query)],
          wanted.map((row) => squaredDistance(query, 0, values, row * F, F)),
        );
        assert.ok(watched.rowsRead <= wanted.length * 3);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("distancesToRows() reads neighbours together and leaves out what is far", () => {
  const F = 4000;
  const rows = makeWatched(rowsInMemory(new Float32Array(100 * F), F));
  distancesToRows(rows, [1, 2, 4, 90, 91], new Float32Array(F));
  assert.equal(rows.reads, 2);
  assert.equal(rows.rowsRead, 6);
});

Deno.test("rowsInMemory() refuses a part of a row", () => {
  assert.throws(() => rowsInMemory(new Float32Array(5), 2), {
    name: "ShapeError",
    where: "argument values",
    fix: "pass a multiple of 2 values",
  });
});
