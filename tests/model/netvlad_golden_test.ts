import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { netVlad, type NetVladParams } from "../../lib/model/netvlad.ts";
import {
  type NetVladReferenceParams,
  softAssignReference,
} from "../../lib/model/netvlad_reference.ts";
import { assertClose } from "../assert_close.ts";
import { type GoldenArrays, readGoldenArrays } from "../golden/read_arrays.ts";
import { readSharedGolden, sharedGolden } from "../golden/read_shared.ts";
import { channelsFirst, readChannelsLast } from "./channel_order.ts";

await useWasmBackend();

/** Layer parameters of a golden case. */
function readParams(golden: GoldenArrays): NetVladParams {
  const rows = (name: string): tf.Tensor2D =>
    tf.tensor2d(golden.float32(name), golden.shape(name) as [number, number]);
  return {
    assignWeights: tf.tidy(() => tf.transpose(rows("conv_weight"))),
    centroids: rows("clusters"),
    ...(golden.has("conv_bias") &&
      { assignBiases: tf.tensor1d(golden.float32("conv_bias")) }),
  };
}

/** Output and gradients of Σ out · R, by the names and in the layout of the golden case. */
function runGolden(
  golden: GoldenArrays,
  params: NetVladParams,
  features: tf.Tensor4D,
): Record<string, Float32Array> {
  const { assignWeights, centroids, assignBiases } = params;
  const direction = tf.tensor(golden.float32("R"), golden.shape("R"));
  const loss = (
    x: tf.Tensor,
    assignWeights: tf.Tensor,
    centroids: tf.Tensor,
    assignBiases?: tf.Tensor,
  ): tf.Tensor => {
    const given = { assignWeights, centroids, assignBiases };
    const out = netVlad(x as tf.Tensor4D, given as NetVladParams);
    return tf.sum(tf.mul(out, direction));
  };
  return tf.tidy(() => {
    const [x, weights, centres, biases] = tf.grads(loss)([
      features,
      assignWeights,
      centroids,
      ...(assignBiases ? [assignBiases] : []),
    ]);
    const data = (tensor: tf.Tensor): Float32Array =>
      tensor.dataSync() as Float32Array;
    return {
      out: data(netVlad(features, params)),
      grad_x: channelsFirst(x!),
      grad_conv_weight: data(tf.transpose(weights!)),
      grad_centroids: data(centres!),
      ...(biases && { grad_conv_bias: data(biases) }),
    };
  });
}

function assertSame(
  golden: GoldenArrays,
  results: Record<string, Float32Array>,
  names: readonly string[],
): void {
  for (const name of names) {
    if (!golden.has(name)) continue;
    assertClose(
      results[name]!,
      golden.float32(name),
      golden.tolerances[name]!,
      name,
    );
  }
}

const PARAMETER_GRADIENTS = [
  "grad_conv_weight",
  "grad_conv_bias",
  "grad_centroids",
];

for (const name of ["v1_k8_c16", "v1_k5_c12_n3_odd", "v2_k8_c16_paper"]) {
  Deno.test(`netVlad() matches the golden output and gradients ${name}`, () => {
    const golden = readGoldenArrays(`a_netvlad/${name}`);
    const params = readParams(golden);
    const results = runGolden(golden, params, readChannelsLast(golden, "x"));
    assertSame(golden, results, ["out", "grad_x", ...PARAMETER_GRADIENTS]);
  });

  Deno.test(`softAssignReference() matches the golden soft assignment ${name}`, () => {
    const golden = readGoldenArrays(`a_netvlad/${name}`);
    const params = toReferenceParams(golden);
    const [, K, P] = golden.shape("soft_assign") as [number, number, number];
    const rows = readLocals(golden);
    const actual = new Float32Array(golden.float32("soft_assign").length);
    rows.forEach((image, n) =>
      image.forEach((x, p) =>
        softAssignReference(x, params).forEach((share, k) => {
          actual[(n * K + k) * P + p] = share;
        })
      )
    );
    assertSame(golden, { soft_assign: actual }, ["soft_assign"]);
  });
}

Deno.test("netVlad() matches the golden case with an all-zero local descriptor, whose gradient is zero", () => {
  const golden = readGoldenArrays("a_netvlad/v1_k8_c16_zero");
  const results = runGolden(
    golden,
    readParams(golden),
    readChannelsLast(golden, "x"),
  );
  results.grad_x_masked = results.grad_x!;
  assertSame(golden, results, [
    "out",
    "grad_x_masked",
    ...PARAMETER_GRADIENTS,
  ]);
});

const LARGE = ["v1_k64_c512_30x40", "v2_k64_c512_30x40_paper"];
const INPUTS = `a_netvlad/${LARGE[0]}`;
for (const name of LARGE) {
  const { missing } = sharedGolden(INPUTS);
  Deno.test({
    name: `netVlad() matches the golden output and gradients ${name}${missing}`,
    ignore: missing !== "",
    fn: async () => {
      const inputs = await readSharedGolden(INPUTS);
      const expected = await readSharedGolden(`a_netvlad/${name}`);
      const golden = joinCases(expected, inputs);
      const features = readChannelsLast(golden, "x");
      const params = readParams(golden);
      const results = runGolden(golden, params, features);
      const [, D, H, W] = golden.shape("x") as [number, number, number, number];
      results.grad_x_sum_over_channels = sumOverChannels(
        results.grad_x!,
        D,
        H * W,
      );
      assertSame(golden, results, [
        "out",
        "grad_x_sum_over_channels",
        ...PARAMETER_GRADIENTS,
      ]);
    },
  });
}

/** The arrays of one case, and those of another where it has none. */
function joinCases(first: GoldenArrays, second: GoldenArrays): GoldenArrays {
  const of = (name: string): GoldenArrays => first.has(name) ? first : second;
  return {
    ...first,
    has: (name) => of(name).has(name),
    float32: (name) => of(name).float32(name),
    shape: (name) => of(name).shape(name),
  };
}

function sumOverChannels(
  values: Float32Array,
  D: number,
  P: number,
): Float32Array {
  return Float32Array.from({ length: P }, (_, p) => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += values[d * P + p]!;
    return sum;
  });
}

/** Unit local descriptors of a golden case, `[N][P][D]`. */
function readLocals(golden: GoldenArrays): number[][][] {
  const [N, D, H, W] = golden.shape("x") as [number, number, number, number];
  const values = golden.float32("x");
  const P = H * W;
  return Array.from(
    { length: N },
    (_, n) =>
      Array.from({ length: P }, (_, p) => {
        const x = Array.from(
          { length: D },
          (_, d) => values[(n * D + d) * P + p]!,
        );
        const norm = Math.hypot(...x);
        return x.map((value) => value / norm);
      }),
  );
}

function toReferenceParams(golden: GoldenArrays): NetVladReferenceParams {
  const [K, D] = golden.shape("conv_weight") as [number, number];
  const weights = golden.float32("conv_weight");
  const centroids = golden.float32("clusters");
  return {
    assignWeights: Array.from(
      { length: D },
      (_, d) => Array.from({ length: K }, (_, k) => weights[k * D + d]!),
    ),
    assignBiases: golden.has("conv_bias")
      ? [...golden.float32("conv_bias")]
      : Array(K).fill(0),
    centroids: Array.from(
      { length: K },
      (_, k) => [...centroids.subarray(k * D, (k + 1) * D)],
    ),
  };
}
