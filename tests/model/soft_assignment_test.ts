import assert from "node:assert/strict";
import { softAssignReference } from "../../lib/model/netvlad_reference.ts";
import {
  assignmentEntropy,
  assignSoftly,
  countMembers,
  sharpenAssignment,
  type SoftAssignment,
  strongestClusters,
} from "../../lib/model/soft_assignment.ts";
import { assertClose } from "../assert_close.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeImages, makeModel } from "./make_model.ts";

/** float32 features and scores against double precision; measured 2e-6. */
const SHARE_TOLERANCE = { atol: 1e-5 };

/** Rounding of float32 shares. */
const ROUNDING = { atol: 1e-6 };

const of = (...rows: number[][]): SoftAssignment => ({
  rows: 1,
  columns: rows.length,
  K: rows[0]!.length,
  shares: Float32Array.from(rows.flat()),
});

for (const vladV2 of [false, true]) {
  testOnWasm(
    `assignSoftly() gives the shares of eq. 3 at every position, vladV2 ${vladV2}`,
    async (engine) => {
      const model = makeModel(engine, { vladV2, numClusters: 5 });
      const images = makeImages(2, 64, 96);
      const assignments = await assignSoftly(model, images);
      const local = await model.describeLocally(images, "normalized");
      const tensors = await model.exportTensors();
      const [K, D] = tensors.get("pool.centroids")!.shape as [number, number];
      const weights = tensors.get("pool.conv.weight")!.data; // [K, D, 1, 1]
      const biases = tensors.get("pool.conv.bias")?.data;
      const params = {
        assignWeights: Array.from(
          { length: D },
          (_, d) =>
            Array.from({ length: K }, (_, k) => Number(weights[k * D + d])),
        ),
        assignBiases: Array.from(
          { length: K },
          (_, k) => Number(biases?.[k] ?? 0),
        ),
        centroids: [],
      };
      assert.equal(assignments.length, 2);
      const { rows, columns } = assignments[0]!;
      const P = rows * columns;
      assert.equal(local.length, 2 * P * D);
      assert.ok(columns > rows, `${rows} rows, ${columns} columns`);
      for (const [n, { shares }] of assignments.entries()) {
        for (const p of [0, columns, P - 1]) {
          const at = (n * P + p) * D;
          const expected = softAssignReference(
            [...local.subarray(at, at + D)],
            params,
          );
          assertClose(
            shares.subarray(p * K, (p + 1) * K),
            expected,
            SHARE_TOLERANCE,
          );
        }
      }
      await model.dispose();
    },
  );
}

testOnWasm("assignSoftly() is for NetVLAD only", async (engine) => {
  const model = makeModel(engine, { pooling: "max" });
  await assert.rejects(assignSoftly(model, makeImages(1, 64, 64)), {
    name: "OptionsError",
    where: "argument model",
  });
  await model.dispose();
});

Deno.test("sharpenAssignment() gives the shares of another α", () => {
  const scores = [0.3, -1, 2];
  const softmax = (alpha: number): number[] => {
    const powers = scores.map((score) => Math.exp(alpha * score));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };
  for (const factor of [0.1, 1, 3]) {
    const { shares } = sharpenAssignment(of(softmax(2)), factor);
    assertClose(shares, softmax(2 * factor), ROUNDING);
  }
});

Deno.test("sharpenAssignment() keeps shares that sum to 1, however sharp", () => {
  const { shares } = sharpenAssignment(of([0.6, 0.4, 0], [0.5, 0.5, 0]), 1e6);
  assert.deepEqual([...shares], [1, 0, 0, 0.5, 0.5, 0]);
});

Deno.test("sharpenAssignment() does not sharpen by what is no factor", () => {
  for (const factor of [0, -1, NaN, Infinity]) {
    assert.throws(() => sharpenAssignment(of([1]), factor), {
      name: "OptionsError",
      where: "argument factor",
    });
  }
});

Deno.test("strongestClusters() are the largest shares, the first of equal ones", () => {
  const { clusters, weights } = strongestClusters(
    of([0.25, 0.75], [0.5, 0.5], [1, 0]),
  );
  assert.deepEqual([...clusters], [1, 0, 0]);
  assert.deepEqual([...weights], [0.75, 0.5, 1]);
});

Deno.test("assignmentEntropy() is 0 bits of one cluster and log2 K of all alike", () => {
  const K = 8;
  const bits = assignmentEntropy(of(
    Array.from({ length: K }, (_, k) => Number(k === 3)),
    Array(K).fill(1 / K),
    [0.5, 0.25, 0.25, 0, 0, 0, 0, 0],
  ));
  assert.deepEqual([...bits], [0, 3, 1.5]);
});

Deno.test("countMembers() counts every position of all images once", () => {
  const sizes = countMembers([
    of([0.9, 0.1, 0], [0, 0, 1]),
    of([0.6, 0.4, 0]),
  ]);
  assert.deepEqual([...sizes], [2, 0, 1]);
  assert.equal(countMembers([]).length, 0);
});
