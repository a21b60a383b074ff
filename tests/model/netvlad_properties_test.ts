import fc from "fast-check";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { netVlad } from "../../lib/model/netvlad.ts";
import {
  netVladReference,
  type NetVladReferenceParams,
  softAssignReference,
} from "../../lib/model/netvlad_reference.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";

await useWasmBackend();

/** float32 sums of a few terms against double precision, after three normalisations. */
const FLOAT32 = { rtol: 1e-4, atol: 1e-5 };

/** Slopes reach 20: those of a residual of 0.05, divided by its norm. */
const SLOPES = { rtol: 1e-3, atol: 2e-4 };

/** Multiples of 1/32 in [-2, 2]: exact in float32, so only the sums can differ. */
const value = fc.integer({ min: -64, max: 64 }).map((n) => n / 32);

function rows(count: number, length: number): fc.Arbitrary<number[][]> {
  const row = fc.array(value, { minLength: length, maxLength: length });
  return fc.array(row, { minLength: count, maxLength: count });
}

interface Case {
  /** `[P][D]` */
  locals: number[][];
  params: NetVladReferenceParams;
}

/** One image and a layer of any small size: P, D and K from 1. */
const cases: fc.Arbitrary<Case> = fc.tuple(
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 5 }),
).chain(([P, D, K]) =>
  fc.record({
    locals: rows(P, D),
    params: fc.record({
      assignWeights: rows(D, K),
      assignBiases: rows(1, K).map(([row]) => row!),
      centroids: rows(K, D),
    }),
  })
).filter(hasClearResiduals);

/** Whether no residual is the rounding error of terms that cancel. */
function hasClearResiduals({ locals, params }: Case): boolean {
  const local = locals.map((x) => x.map((v) => v / (Math.hypot(...x) || 1)));
  const assign = local.map((x) => softAssignReference(x, params));
  return params.centroids.every((centroid, k) => {
    const residual = centroid.map((c, d) =>
      local.reduce((sum, x, p) => sum + assign[p]![k]! * (x[d]! - c), 0)
    );
    const mass = assign.reduce((sum, shares) => sum + shares[k]!, 0);
    return Math.hypot(...residual) > 0.05 * mass;
  });
}

/** Descriptor of one image whose positions are in a row. */
function runLayer({ locals, params }: Case): Float32Array {
  return tf.tidy(() =>
    netVlad(tf.tensor4d([[locals]]), {
      assignWeights: tf.tensor2d(params.assignWeights),
      assignBiases: tf.tensor1d(params.assignBiases),
      centroids: tf.tensor2d(params.centroids),
    }).dataSync() as Float32Array
  );
}

Deno.test("netVlad() equals its reference for any number of positions, channels and clusters, by a unit vector", () => {
  fc.assert(
    fc.property(cases, (example) => {
      const actual = runLayer(example);
      assertClose(
        actual,
        netVladReference(example.locals, example.params),
        FLOAT32,
      );
      assertClose([Math.hypot(...actual)], [1], { atol: 1e-5 });
    }),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("netVlad() does not depend on the order of positions, nor on each coming twice", () => {
  fc.assert(
    fc.property(cases, fc.nat(), ({ locals, params }, seed) => {
      const turned = locals.map((_, p) => locals[(p + seed) % locals.length]!);
      const expected = runLayer({ locals, params });
      for (const other of [turned, [...turned, ...locals]]) {
        assertClose(runLayer({ locals: other, params }), expected, FLOAT32);
      }
    }),
    { seed: 2, numRuns: 50 },
  );
});

Deno.test("netVlad() does not depend on the scale of each position between 1e-9 and 1e16", () => {
  fc.assert(
    fc.property(
      cases,
      fc.array(fc.integer({ min: -9, max: 16 }), { minLength: 6 }),
      ({ locals, params }, exponents) => {
        const scaled = locals.map((x, p) =>
          x.map((v) => v * 10 ** exponents[p]!)
        );
        assertClose(
          runLayer({ locals: scaled, params }),
          runLayer({ locals, params }),
          FLOAT32,
        );
      },
    ),
    { seed: 3, numRuns: 50 },
  );
});

Deno.test("netVlad() moves blocks as clusters move", () => {
  fc.assert(
    fc.property(cases, fc.nat(), ({ locals, params }, shift) => {
      const K = params.centroids.length;
      const D = locals[0]!.length;
      const move = <Item>(items: readonly Item[]): Item[] =>
        items.map((_, k) => items[(k + shift) % K]!);
      const moved = runLayer({
        locals,
        params: {
          assignWeights: params.assignWeights.map(move),
          assignBiases: move(params.assignBiases),
          centroids: move(params.centroids),
        },
      });
      const descriptor = runLayer({ locals, params });
      const blocks = params.centroids.map((_, k) => [
        ...descriptor.subarray(k * D, (k + 1) * D),
      ]);
      assertClose(moved, move(blocks).flat(), FLOAT32);
    }),
    { seed: 4, numRuns: 50 },
  );
});

Deno.test("netVlad() has the gradients of its reference, v1 and v2", () => {
  fc.assert(
    fc.property(cases, fc.boolean(), (example, vladV2) => {
      const { locals, params } = example;
      fc.pre(locals.every((x) => Math.hypot(...x) > 0.1));
      if (!vladV2) params.assignBiases.fill(0);
      const probe = Array.from(
        { length: params.centroids.flat().length },
        (_, i) => Math.cos(i + 1),
      );
      const loss = (): number =>
        netVladReference(locals, params)
          .reduce((sum, v, i) => sum + v * probe[i]!, 0);
      const parts = [
        locals,
        params.assignWeights,
        params.centroids,
        ...(vladV2 ? [[params.assignBiases]] : []),
      ];
      gradientsOf(example, probe, vladV2).forEach((gradient, i) => {
        const expected = parts[i]!.flatMap((row) =>
          centralDifferences(row, loss)
        );
        assertClose(gradient, expected, SLOPES, `part ${i}`);
      });
    }),
    { seed: 5, numRuns: 60 },
  );
});

/** Gradients of Σ probe · descriptor in positions, weights, centroids and, for v2, biases. */
function gradientsOf(
  { locals, params }: Case,
  probe: number[],
  vladV2: boolean,
): ArrayLike<number>[] {
  const inputs = [
    tf.tensor4d([[locals]]),
    tf.tensor2d(params.assignWeights),
    tf.tensor2d(params.centroids),
    ...(vladV2 ? [tf.tensor1d(params.assignBiases)] : []),
  ];
  const run = (...given: tf.Tensor[]): tf.Tensor => {
    const [x, assignWeights, centroids, assignBiases] = given as [
      tf.Tensor4D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D?,
    ];
    const descriptor = netVlad(x, {
      assignWeights,
      centroids,
      ...(assignBiases && { assignBiases }),
    });
    return tf.sum(tf.mul(descriptor, tf.tensor2d([probe])));
  };
  return tf.tidy(() => tf.grads(run)(inputs).map((grad) => grad.dataSync()));
}
