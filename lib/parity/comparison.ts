/**
 * Comparing what is computed here with what a golden case expects.
 *
 * @module
 */
import { countElements } from "../number_types.ts";
import type { GoldenCase } from "./golden_case.ts";

/** How far a value may be from the expected one: `atol + rtol · |expected|`. */
export interface Tolerance {
  /** Absolute, 0 if left out. */
  atol?: number;
  /** Relative to the expected value, 0 if left out. */
  rtol?: number;
}

/** What came of comparing one quantity of a case. */
export interface ParityQuantity {
  /** Its dataset; in brackets where it comes in several ways. */
  name: string;
  /** Whether every difference is allowed. */
  verdict: "pass" | "fail";
  /** Values compared. */
  count: number;
  /** The difference that comes nearest to what is allowed, or exceeds it most; NaN if it could not be taken. */
  error: number;
  /** What is allowed there. */
  allowed: number;
  /** Where it is, an index for each dimension. */
  index: readonly number[];
  /** The reference system's value there. */
  expected: number;
  /** Ours. */
  actual: number;
  /** Why it could not be compared. */
  reason?: string;
}

/** What a result is compared with. */
export interface Expected {
  /** Row-major. */
  data: ArrayLike<number>;
  shape: readonly number[];
  tolerance: Tolerance;
}

/** No difference is allowed. */
export const EXACT: Tolerance = Object.freeze({ atol: 0, rtol: 0 });

/** Where a case gives no tolerance, the share of the largest value, as the golden cases have it. */
const DEFAULT_SHARE = 1e-6;

/** Gathers the comparisons of a case, and what of it was never compared. */
export class CaseComparison {
  readonly #golden: GoldenCase;
  readonly #quantities: ParityQuantity[] = [];
  readonly #known = new Set<string>();

  constructor(golden: GoldenCase) {
    this.#golden = golden;
  }

  /** Takes note of datasets that are inputs, or are told by others. */
  skip(...names: readonly string[]): void {
    for (const name of names) this.#known.add(name);
  }

  /**
   * Compares a result with a dataset, at the tolerance of the case.
   *
   * @param actual In the order of the dataset.
   * @param way Which way to compute it, where there are several.
   */
  compare(name: string, actual: ArrayLike<number>, way?: string): void {
    const { data, shape } = this.#golden.read(name);
    const tolerance = toleranceOf(this.#golden, name, data);
    this.#known.add(name);
    const label = way === undefined ? name : `${name} (${way})`;
    this.compareWith(label, actual, { data, shape, tolerance });
  }

  /** Compares a result with a dataset to the last bit. */
  compareExactly(name: string, actual: ArrayLike<number>): void {
    const { data, shape } = this.#golden.read(name);
    this.#known.add(name);
    this.compareWith(name, actual, { data, shape, tolerance: EXACT });
  }

  /** Compares a result with values that are no dataset of their own. */
  compareWith(
    name: string,
    actual: ArrayLike<number>,
    expected: Expected,
  ): void {
    this.#quantities.push(compareValues(name, actual, expected));
  }

  /** Takes note of something that is wrong with a quantity. */
  fail(name: string, reason: string): void {
    this.#known.add(name);
    this.#quantities.push({ ...NOTHING, name, verdict: "fail", reason });
  }

  /** All quantities; a dataset or a tolerance that nothing was compared with fails. */
  finish(): readonly ParityQuantity[] {
    const { datasets, tolerances } = this.#golden.notes;
    const names = new Set([
      ...Object.keys(datasets),
      ...Object.keys(tolerances),
    ]);
    for (const name of names) {
      if (!this.#known.has(name)) this.fail(name, "was never compared");
    }
    if (this.#quantities.length === 0) {
      this.fail("case", "nothing was compared");
    }
    return this.#quantities;
  }
}

const NOTHING = {
  count: 0,
  error: NaN,
  allowed: NaN,
  index: [],
  expected: NaN,
  actual: NaN,
};

/** Compares values and finds the place that is worst. */
export function compareValues(
  name: string,
  actual: ArrayLike<number>,
  { data, shape, tolerance: { atol = 0, rtol = 0 } }: Expected,
): ParityQuantity {
  const fail = (reason: string): ParityQuantity => ({
    ...NOTHING,
    name,
    verdict: "fail",
    reason,
  });
  const count = countElements(shape);
  if (!(atol >= 0 && rtol >= 0 && atol + rtol < Infinity)) {
    return fail(`its tolerance is atol ${atol}, rtol ${rtol}`);
  }
  if (actual.length !== data.length || count !== data.length) {
    return fail(`has ${actual.length} values, not ${count}`);
  }
  let worst = { at: -1, error: 0, allowed: atol, excess: -1 };
  for (let at = 0; at < count; at++) {
    const error = Math.abs(actual[at]! - data[at]!);
    const allowed = atol + rtol * Math.abs(data[at]!);
    const isMeasured = Number.isFinite(error) && Number.isFinite(allowed);
    const excess = isMeasured ? shareOf(error, allowed) : Infinity;
    const isWorse = excess > worst.excess ||
      (excess === worst.excess && error > worst.error);
    if (isWorse) worst = { at, error, allowed, excess };
    if (Number.isNaN(error)) break;
  }
  return {
    name,
    verdict: worst.excess <= 1 ? "pass" : "fail",
    count,
    error: worst.error,
    allowed: worst.allowed,
    index: worst.at < 0 ? [] : toIndex(worst.at, shape),
    expected: data[worst.at] ?? NaN,
    actual: actual[worst.at] ?? NaN,
  };
}

/** The worst of some quantities: failures first, then by share of what is allowed. */
export function worstQuantity(
  quantities: readonly ParityQuantity[],
): ParityQuantity | undefined {
  const excess = ({ error, allowed, reason }: ParityQuantity): number =>
    reason === undefined && Number.isFinite(error)
      ? shareOf(error, allowed)
      : Infinity;
  return quantities.reduce<ParityQuantity | undefined>(
    (worst, one) =>
      worst === undefined || excess(one) > excess(worst) ? one : worst,
    undefined,
  );
}

/** An error as a share of what is allowed. */
function shareOf(error: number, allowed: number): number {
  return error === 0 ? 0 : error / allowed;
}

/** The tolerance of a case for a quantity; whole numbers must be equal. */
export function toleranceOf(
  { notes }: GoldenCase,
  name: string,
  expected: ArrayLike<number>,
): Tolerance {
  const { atol, rtol } = notes.tolerances[name] ?? {};
  if (atol !== undefined || rtol !== undefined) {
    return { atol: toBound(atol), rtol: toBound(rtol) };
  }
  const isFloat = expected instanceof Float32Array ||
    expected instanceof Float64Array;
  if (!isFloat) return EXACT;
  let largest = 0;
  for (const value of expected) largest = Math.max(largest, Math.abs(value));
  return { atol: DEFAULT_SHARE * largest };
}

/** A bound that is no number is none that can be kept. */
function toBound(value: unknown): number {
  if (value === undefined) return 0;
  return typeof value === "number" ? value : NaN;
}

function toIndex(at: number, shape: readonly number[]): number[] {
  return shape.toReversed().reduce<{ rest: number; index: number[] }>(
    ({ rest, index }, size) => ({
      rest: Math.floor(rest / size),
      index: [rest % size, ...index],
    }),
    { rest: at, index: [] },
  ).index;
}
