import assert from "node:assert/strict";
import type { ParityResult } from "../../lib/parity/parity_result.ts";
import { formatParity, formatParityReport } from "../../lib/parity/report.ts";

const WORST = {
  name: "grad/features.0.weight",
  verdict: "fail",
  count: 12,
  error: 0.003,
  allowed: 0.0015,
  index: [1, 0, 2],
  expected: 0.25,
  actual: 0.253,
} as const;

const RESULT: ParityResult = {
  folder: "cases",
  engines: [
    { name: "wasm", device: "2 threads" },
    { name: "native", device: null, missing: "it is not installed" },
  ],
  rows: [
    {
      case: "b/one",
      engine: "wasm",
      verdict: "fail",
      quantities: [WORST, { ...WORST, name: "R", reason: "was lost" }],
      worst: WORST,
    },
    {
      case: "b/two",
      engine: null,
      verdict: "skipped",
      reason: "not now",
      quantities: [],
    },
  ],
  counts: { pass: 0, fail: 1, skipped: 1 },
};

Deno.test("formatParity() shows a row for each case, then where those that fail do", () => {
  assert.deepEqual(formatParity(RESULT), [
    "case   engine  largest error  allowed error  verdict  quantity",
    "b/one  wasm    3.00e-3        1.50e-3        fail     grad/features.0.weight",
    "b/two  —                                     skipped  not now",
    "b/one on wasm fails:",
    "  grad/features.0.weight: off by 3.00e-3, 1.50e-3 allowed; at [1, 0, 2] it is 0.253, not 0.25",
    "  R: was lost",
    "0 pass, 1 fail, 1 skipped",
  ]);
});

Deno.test("formatParityReport() names the facts and engines, those that are missing too", () => {
  const text = formatParityReport(RESULT, ["2001-02-03"]);
  assert.match(
    text,
    /- 2001-02-03\n- engine wasm: 2 threads\n- engine native: left out \(it is not installed\)\n- 0 pass, 1 fail, 1 skipped\n/,
  );
  assert.ok(text.includes("\n| b/two | — |  |  | skipped | not now |\n"));
  assert.match(text, /\n## Failures\n\n```text\nb\/one on wasm fails:\n/);
});
