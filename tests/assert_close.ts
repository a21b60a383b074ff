import assert from "node:assert/strict";

/** How far a value may be from the expected one. */
export interface Tolerance {
  /** Relative to the expected value. */
  rtol?: number;
  atol?: number;
}

/** Asserts that every value is within `atol + rtol · |expected|` of the expected one. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol = 0, atol = 0 }: Tolerance,
  what = "value",
): void {
  assert.equal(actual.length, expected.length, `number of ${what}s`);
  for (let i = 0; i < actual.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    assert.ok(
      distance <= atol + rtol * Math.abs(expected[i]!),
      `${what}[${i}] is ${actual[i]}, not ${expected[i]}: ${distance} apart`,
    );
  }
}
