import assert from "node:assert/strict";
import { drain } from "../../lib/progress.ts";
import {
  type DescriptorRows,
  rowsInMemory,
} from "../../lib/search/descriptor_rows.ts";
import {
  type FittedWhitening,
  fitWhitening,
} from "../../lib/whiten/fit_whitening.ts";
import { assertClose } from "../assert_close.ts";
import { makePlainEngine } from "../plain_engine.ts";
import { makeDescriptors } from "./matrices.ts";

const ENGINE = makePlainEngine();

/** Of the sums of products, in float32. */
const ROUNDING = 1e-5;

function fit(
  rows: DescriptorRows,
  options: { length: number; whiten?: boolean },
  onEvent?: (event: { kind: string }) => void,
): Promise<FittedWhitening> {
  return drain(fitWhitening(ENGINE, rows, options), onEvent);
}

/** `projection·x + offset` of every row, `[n][P]`. */
function apply(
  { projection, offset }: FittedWhitening,
  rows: Float32Array,
): number[][] {
  const [P = 0, F = 0] = projection.shape;
  return Array.from(
    { length: rows.length / F },
    (_, row) =>
      Array.from({ length: P }, (_, p) => {
        let sum = offset.data[p]!;
        for (let f = 0; f < F; f++) {
          sum += projection.data[p * F + f]! * rows[row * F + f]!;
        }
        return sum;
      }),
  );
}

/** Covariance of columns, `[P·P]`, and their means. */
function covary(values: number[][]): { means: number[]; covariance: number[] } {
  const [n, P] = [values.length, values[0]!.length];
  const means = Array.from(
    { length: P },
    (_, p) => values.reduce((sum, row) => sum + row[p]!, 0) / n,
  );
  const covariance = Array.from({ length: P * P }, (_, at) => {
    const [i, j] = [Math.floor(at / P), at % P];
    return values.reduce(
      (sum, row) => sum + (row[i]! - means[i]!) * (row[j]! - means[j]!),
      0,
    ) / (n - 1);
  });
  return { means, covariance };
}

function diagonal(values: ArrayLike<number>): number[] {
  const P = values.length;
  return Array.from(
    { length: P * P },
    (_, at) => at % P === Math.floor(at / P) ? values[at % P]! : 0,
  );
}

/** Fewer descriptors than values, as many, and more; P up to the most. */
for (const [n, F, P] of [[20, 45, 19], [16, 16, 15], [60, 21, 21]] as const) {
  const rows = makeDescriptors(n, F);

  Deno.test(`fitWhitening() makes ${P} of ${F} values of ${n} descriptors independent, of variance 1`, async () => {
    const whitening = await fit(rowsInMemory(rows, F), { length: P });
    const { means, covariance } = covary(apply(whitening, rows));
    const { variances } = whitening;
    const ones = variances.map((one) => one / (one + 1e-9));
    assertClose(covariance, diagonal(ones), { atol: 100 * ROUNDING });
    assertClose(means, Array(P).fill(0), { atol: ROUNDING });
    assert.ok(whitening.keptVariance > 0.9 && whitening.keptVariance < 1.0001);
  });

  Deno.test(`fitWhitening() only projects ${n} descriptors of ${F} values on orthogonal directions if asked`, async () => {
    const options = { length: P, whiten: false };
    const whitening = await fit(rowsInMemory(rows, F), options);
    const { covariance } = covary(apply(whitening, rows));
    assertClose(covariance, diagonal(whitening.variances), { atol: ROUNDING });
    const directions = Array.from(
      { length: P },
      (_, p) => whitening.projection.data.subarray(p * F, (p + 1) * F),
    );
    const products = directions.flatMap((a) =>
      directions.map((b) => a.reduce((sum, one, f) => sum + one * b[f]!, 0))
    );
    assertClose(products, diagonal(Array(P).fill(1)), { atol: 10 * ROUNDING });
  });
}

Deno.test("fitWhitening() finds the leading components first, whatever their number", async () => {
  const rows = rowsInMemory(makeDescriptors(30, 50), 50);
  const [few, many] = [
    await fit(rows, { length: 4 }),
    await fit(rows, { length: 20 }),
  ];
  assertClose(few.variances, many.variances.subarray(0, 4), { rtol: 1e-9 });
  const descending = [...many.variances].sort((a, b) => b - a);
  assert.deepEqual([...many.variances], descending);
  for (let p = 0; p < 4; p++) {
    const [a, b] = [few, many].map(({ projection }) =>
      projection.data.subarray(p * 50, (p + 1) * 50)
    ) as [Float32Array, Float32Array];
    const sign = Math.sign(a[0]! * b[0]!);
    assertClose(a, b.map((value) => value * sign), { atol: 1e-3 });
  }
});

Deno.test("fitWhitening() gives the same numbers each time", async () => {
  const rows = rowsInMemory(makeDescriptors(25, 40), 40);
  const [one, other] = [
    await fit(rows, { length: 9 }),
    await fit(rows, { length: 9 }),
  ];
  assert.deepEqual(one, other);
});

/** Rows that are read in the smallest blocks, and an engine with small tensors: what is held at once. */
for (const [n, F] of [[40, 1 << 20], [1 << 16, 64]] as const) {
  Deno.test(`fitWhitening() holds a constant number of ${n} descriptors of ${F} values`, async () => {
    const most = { values: 0, terms: 0 };
    const engine = {
      maxTensorBytes: 1 << 20,
      products: (a: Float32Array, b: Float32Array, depth: number) => {
        const size = a.length / depth * b.length / depth;
        most.terms = Math.max(most.terms, a.length, b.length);
        assert.ok(size * 4 <= 1 << 20, "a product is too large");
        return Promise.resolve(new Float32Array(size).map((_, i) => i % 7));
      },
    };
    const rows: DescriptorRows = {
      numRows: n,
      rowLength: F,
      read: (first, count) => {
        most.values = Math.max(most.values, count * F);
        return new Float32Array(count * F).map((_, i) => (first + i) % 5);
      },
    };
    await drain(fitWhitening(engine, rows, { length: 3 }));
    assert.ok(most.values * 4 <= 1 << 26, `${most.values} values at once`);
    assert.ok(most.terms * 4 <= 1 << 26, `${most.terms} terms at once`);
  });
}

Deno.test("fitWhitening() leaves directions in which nothing varies at 0, and says so", async () => {
  const [n, F] = [30, 12];
  const rows = makeDescriptors(n, F).map((value, i) =>
    i % F < 5 ? value : 0.25
  );
  const notes: unknown[] = [];
  const whitening = await fit(rowsInMemory(rows, F), { length: 8 }, (event) => {
    if (event.kind === "note") notes.push(event);
  });
  assert.deepEqual(notes, [{
    kind: "note",
    text:
      "the descriptors vary in 5 directions: the last 3 of 8 values will be 0",
  }]);
  const ones = [1, 1, 1, 1, 1, 0, 0, 0];
  const { covariance } = covary(apply(whitening, rows));
  assertClose(covariance, diagonal(ones), { atol: 100 * ROUNDING });
});

const LENGTHS = { name: "OptionsError" };

/** What is asked for, and what is said. */
const WRONG = [
  {
    title: "more components than descriptors less one",
    rows: [10, 20],
    length: 10,
    ...LENGTHS,
    where: "option length, for 10 descriptors of 20 values",
    fix: "use an integer from 1 to 9, or more descriptors than length",
  },
  {
    title: "more components than values",
    rows: [30, 6],
    length: 7,
    ...LENGTHS,
    where: "option length, for 30 descriptors of 6 values",
    fix: "use an integer from 1 to 6, or more descriptors than length",
  },
  {
    title: "half a component",
    rows: [30, 6],
    length: 1.5,
    ...LENGTHS,
    where: "option length, for 30 descriptors of 6 values",
    fix: "use an integer from 1 to 6, or more descriptors than length",
  },
  {
    title: "one descriptor",
    rows: [1, 6],
    length: 1,
    ...LENGTHS,
    where: "option length, for 1 descriptors of 6 values",
    fix: "use at least 2 descriptors",
  },
  {
    title: "a descriptor that is not finite",
    rows: [30, 6],
    spoil: (values: Float32Array) => values[5 * 6 + 2] = NaN,
    length: 2,
    name: "CheckpointError",
    where: "descriptor 5 (not all of its values are finite)",
    fix: "describe the images with weights that give finite descriptors",
  },
  {
    title: "descriptors that are all the same",
    rows: [30, 6],
    spoil: (values: Float32Array) => values.fill(0.25),
    length: 2,
    name: "CheckpointError",
    where: "all of them are the same",
    fix: "describe different images, with trained weights",
  },
];

for (const { title, rows: [n, F], spoil, length, ...expected } of WRONG) {
  Deno.test(`fitWhitening() refuses ${title}`, async () => {
    const rows = makeDescriptors(n!, F!);
    spoil?.(rows);
    await assert.rejects(fit(rowsInMemory(rows, F!), { length }), expected);
  });
}

Deno.test("fitWhitening() refuses more descriptors of more values than there is memory for", async () => {
  const read = (): Float32Array => assert.fail("nothing is read");
  const rows = { numRows: 20_000, rowLength: 20_000, read };
  await assert.rejects(fit(rows, { length: 8 }), {
    name: "OptionsError",
    where: "20000 descriptors of 20000 values",
    fix: "use at most 16384 descriptors",
  });
});
