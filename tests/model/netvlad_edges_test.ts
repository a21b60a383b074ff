import assert from "node:assert/strict";
import type { Engine, EngineName } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { netVlad, type NetVladParams } from "../../lib/model/netvlad.ts";
import {
  netVladReference,
  type NetVladReferenceParams,
} from "../../lib/model/netvlad_reference.ts";
import { MODEL_DEFAULTS, VLAD_NORMS } from "../../lib/model/options.ts";
import { assertClose } from "../assert_close.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";

/** float32 exponentials of scores of tens: relative errors of 1e-5 in a share. */
const FLOAT32 = { rtol: 1e-4, atol: 2e-5 };

interface EdgeCase {
  /** Local descriptors of one image, `[P][D]`. */
  locals: number[][];
  params: NetVladReferenceParams;
  /** A residual is zero, but not with norms that are a little less than 1. */
  isOnCentroid?: boolean;
}

const AXES = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/** A layer of unit weights w_k, `[K][D]`, times α; centroids are the same but longer. */
function makeLayer(
  clusters: number[][],
  alpha: number,
): NetVladReferenceParams {
  return {
    assignWeights: clusters[0]!.map((_, d) =>
      clusters.map((cluster) => alpha * cluster[d]!)
    ),
    assignBiases: clusters.map(() => 0),
    centroids: clusters.map((cluster) => cluster.map((value) => 1.5 * value)),
  };
}

const SOME = [[3, 4, 0], [0, 2, 1], [1, 1, 5], [2, 0, 7]];
const PLAIN = makeLayer(AXES, 5);

const CASES: Record<string, EdgeCase> = {
  "a zero among its positions": {
    locals: [...SOME, [0, 0, 0], [-0, 0, -0]],
    params: PLAIN,
  },
  "zeros only": { locals: SOME.map(() => [0, 0, 0]), params: PLAIN },
  "one position": { locals: [SOME[0]!], params: PLAIN },
  "identical positions": { locals: SOME.map(() => [1, 2, 3]), params: PLAIN },
  "one cluster": { locals: SOME, params: makeLayer([[0, 0.6, 0.8]], 5) },
  "positions on the one centroid": {
    locals: [[0, 2, 0], [0, 3, 0]],
    params: {
      assignWeights: [[0], [1], [0]],
      assignBiases: [0],
      centroids: [[0, 1, 0]],
    },
    isOnCentroid: true,
  },
  "a cluster that comes twice": {
    locals: SOME,
    params: makeLayer([...AXES, AXES[0]!], 5),
  },
  "clusters of no position, their shares being 0": {
    locals: [[1, 0, 0], [2, 0, 0]],
    params: makeLayer(AXES, 2000),
  },
  "shares of 1e-13, whose residuals are below the norm that counts": {
    locals: [[1, 0, 0], [2, 0, 0]],
    params: makeLayer(AXES, 30),
  },
  "shares of 1e-11, whose residuals are just above it": {
    locals: [[1, 0, 0], [2, 0, 0]],
    params: makeLayer(AXES, 25),
  },
  "scores of 1e30": { locals: SOME, params: makeLayer(AXES, 1e30) },
  "positions of 1e-30, 1e-10 and 1e18": {
    locals: [...SOME, [1e-30, 0, 1e-30], [1e-10, -2e-10, 0], [1e18, 2e18, 0]],
    params: PLAIN,
  },
};

function toTensors(params: NetVladReferenceParams): Required<NetVladParams> {
  return {
    assignWeights: tf.tensor2d(params.assignWeights),
    assignBiases: tf.tensor1d(params.assignBiases),
    centroids: tf.tensor2d(params.centroids),
  };
}

testEachEngine(
  (engine) => `netVlad() equals its reference in every edge case on ${engine}`,
  onEngine(async () => {
    for (const [name, edge] of Object.entries(CASES)) {
      const { locals, params, isOnCentroid } = edge;
      for (const vladNorm of VLAD_NORMS) {
        if (isOnCentroid && vladNorm === "smoothed") continue;
        const options = { ...MODEL_DEFAULTS, vladNorm };
        const descriptor = tf.tidy(() =>
          netVlad(tf.tensor4d([[locals]]), toTensors(params), options)
        );
        assertClose(
          await descriptor.data(),
          netVladReference(locals, params, options),
          FLOAT32,
          `${vladNorm}, ${name}`,
        );
        descriptor.dispose();
      }
    }
  }),
);

testEachEngine(
  (engine) =>
    `netVlad() has finite gradients in every edge case, none at zeros, on ${engine}`,
  onEngine(async () => {
    for (const [name, { locals, params }] of Object.entries(CASES)) {
      const { assignWeights, assignBiases, centroids } = toTensors(params);
      const inputs = [
        tf.tensor4d([[locals]]),
        assignWeights,
        assignBiases,
        centroids,
      ];
      const gradients = tf.grads(
        (x, assignWeights, assignBiases, centroids) => {
          const descriptor = netVlad(x as tf.Tensor4D, {
            assignWeights: assignWeights as tf.Tensor2D,
            assignBiases: assignBiases as tf.Tensor1D,
            centroids: centroids as tf.Tensor2D,
          });
          const probe = tf.cos(tf.range(0, descriptor.size)); // fixed direction
          return tf.sum(tf.mul(descriptor, probe));
        },
      )(inputs);
      for (const gradient of gradients) {
        assert.ok((await gradient.data()).every(Number.isFinite), name);
      }
      const D = locals[0]!.length;
      const slopes = await gradients[0]!.data();
      locals.forEach((x, p) => {
        const isZero = x.every((value) => value === 0);
        const slope = slopes.subarray(p * D, (p + 1) * D);
        if (isZero) assert.ok(slope.every((value) => value === 0), name);
      });
      tf.dispose([...inputs, ...gradients]);
    }
  }),
);

testEachEngine(
  (engine) =>
    `netVlad() is not a number where a position is none or leaves float32 on ${engine}`,
  onEngine(async () => {
    for (const wrong of [NaN, Infinity, -Infinity, 1e25]) {
      const descriptor = tf.tidy(() =>
        netVlad(tf.tensor4d([[[...SOME, [0, wrong, 1]]]]), toTensors(PLAIN))
      );
      assert.ok((await descriptor.data()).every(Number.isNaN), `${wrong}`);
      descriptor.dispose();
    }
  }),
);

/** A test on a started engine that leaves no tensors behind. */
function onEngine(
  check: (engine: Engine) => Promise<void>,
): (name: EngineName) => Promise<void> {
  return (name) =>
    withEngine(name, async (engine) => {
      const before = tf.memory().numTensors;
      await check(engine);
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    });
}
