import assert from "node:assert/strict";
import fc from "fast-check";
import {
  croppedRows,
  descriptorBytes,
  STORAGES,
  storedRows,
} from "../../lib/rank/storage.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";

const ROWS = rowsInMemory(Float32Array.of(0.6, -0.8, 0, 1, 0.5, 0, 0, 0, 0), 3);

Deno.test("descriptorBytes() counts the scale of int8 too", () => {
  assert.deepEqual(STORAGES.map((storage) => descriptorBytes(512, storage)), [
    2048,
    1024,
    516,
  ]);
});

Deno.test("storedRows() leaves float32 as it is", () => {
  const stored = storedRows(ROWS, "float32");
  assert.deepEqual(stored.read(1, 2), ROWS.read(1, 2));
});

Deno.test("storedRows() rounds float16 to 11 bits", () => {
  const read = storedRows(ROWS, "float16").read(0, 3);
  assert.deepEqual(
    read,
    Float32Array.of(0.60009765625, -0.7998046875, 0, 1, 0.5, 0, 0, 0, 0),
  );
});

Deno.test("storedRows() rounds int8 to 127ths of each row's largest value", () => {
  const read = storedRows(ROWS, "int8").read(0, 3);
  const expected = [0.8 * 95 / 127, -0.8, 0, 1, 64 / 127, 0, 0, 0, 0];
  read.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < 1e-7, `${value} at ${i}`)
  );
});

Deno.test("storedRows() is off by half a step of int8 at most", () => {
  const value = fc.float({ min: -1, max: 1, noNaN: true });
  fc.assert(fc.property(
    fc.array(value, { minLength: 4, maxLength: 4 }),
    (values) => {
      const rows = rowsInMemory(Float32Array.from(values), 4);
      const largest = Math.max(...values.map(Math.abs));
      const read = storedRows(rows, "int8").read(0, 1);
      const subnormal = 127 * 2 ** -150; // a step that small is rounded itself
      const allowed = largest / 254 * (1 + 1e-5) + subnormal;
      return read.every((got, i) => Math.abs(got - values[i]!) <= allowed);
    },
  ));
});

Deno.test("croppedRows() keeps leading values, of unit length", () => {
  const cropped = croppedRows(ROWS, 2);
  assert.equal(cropped.rowLength, 2);
  assert.equal(cropped.numRows, 3);
  const [a, b, c, d, ...zeros] = cropped.read(0, 3);
  assert.ok(Math.abs(a! - 0.6) < 1e-7 && Math.abs(b! + 0.8) < 1e-7);
  assert.ok(Math.abs(c! - 2 / Math.sqrt(5)) < 1e-7);
  assert.ok(Math.abs(d! - 1 / Math.sqrt(5)) < 1e-7);
  assert.deepEqual(zeros, [0, 0]);
});
