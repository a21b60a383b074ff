import assert from "node:assert/strict";
import {
  initNetVladV1,
  initNetVladV2,
  type NetVladValues,
} from "../../lib/model/netvlad_init.ts";
import { assertClose } from "../assert_close.ts";
import { type GoldenArrays, readGoldenArrays } from "../golden/read_arrays.ts";
import { readSharedGolden, sharedGolden } from "../golden/read_shared.ts";

/** The golden α is from float32 products of float32 descriptors. */
const ALPHA = { rtol: 2e-5 };

const VERSIONS = { v1: initNetVladV1, v2: initNetVladV2 };

type Version = keyof typeof VERSIONS;

function initialise(version: Version, inputs: GoldenArrays): NetVladValues {
  const rows = (name: string): { data: Float32Array; rowLength: number } => ({
    data: inputs.float32(name),
    rowLength: inputs.shape(name)[1]!,
  });
  return VERSIONS[version](rows("clusters"), rows("traindescs"));
}

/** `[K, D]` of `[D, K]`. */
function transpose(columns: Float32Array, K: number): Float32Array {
  const D = columns.length / K;
  return columns.map((_, i) => columns[(i % D) * K + Math.floor(i / D)]!);
}

function assertGolden(
  version: Version,
  golden: GoldenArrays,
  inputs: GoldenArrays,
): void {
  const values = initialise(version, inputs);
  assertClose([values.alpha], [golden.scalars.alpha!], ALPHA, "alpha");
  assertClose(
    transpose(values.assignWeights, golden.scalars.K!),
    golden.float32("conv_weight"),
    golden.tolerances.conv_weight!,
    "assignWeights",
  );
  assert.equal(values.assignBiases !== undefined, version === "v2");
  if (values.assignBiases) {
    assertClose(
      values.assignBiases,
      golden.float32("conv_bias"),
      golden.tolerances.conv_bias!,
      "assignBiases",
    );
  }
  assert.deepEqual(values.centroids, inputs.float32("clusters"));
}

for (
  const name of [
    "v1_k8_c16",
    "v1_k8_c16_zero",
    "v1_k5_c12_n3_odd",
    "v2_k8_c16_paper",
  ]
) {
  const version = name.slice(0, 2) as Version;
  Deno.test(`${VERSIONS[version].name}() matches the golden α and weights ${name}`, () => {
    const golden = readGoldenArrays(`a_netvlad/${name}`);
    assertGolden(version, golden, golden);
  });
}

const LARGE = ["v1_k64_c512_30x40", "v2_k64_c512_30x40_paper"];
const INPUTS = `a_netvlad/${LARGE[0]}`;
for (const name of LARGE) {
  const version = name.slice(0, 2) as Version;
  const { missing } = sharedGolden(INPUTS);
  Deno.test({
    name: `${
      VERSIONS[version].name
    }() matches the golden α and weights ${name}${missing}`,
    ignore: missing !== "",
    fn: async () =>
      assertGolden(
        version,
        await readSharedGolden(`a_netvlad/${name}`),
        await readSharedGolden(INPUTS),
      ),
  });
}

/** Two centroids on different axes, and one descriptor between them. */
const CENTROIDS = { data: Float32Array.of(2, 0, 0, 1), rowLength: 2 };
const DESCRIPTORS = { data: Float32Array.of(0.8, 0.6), rowLength: 2 };

Deno.test("initNetVladV1() gives the runner-up a hundredth of the nearest cluster's share", () => {
  const { assignWeights: w } = initNetVladV1(CENTROIDS, DESCRIPTORS);
  const scores = [0, 1].map((k) => 0.8 * w[k]! + 0.6 * w[2 + k]!);
  assertClose([Math.exp(scores[1]! - scores[0]!)], [0.01], { rtol: 1e-5 });
});

Deno.test("initNetVladV2() scores by distance: w·x + b = −α(‖x − c‖² − ‖x‖²)", () => {
  const { assignWeights: w, assignBiases: b, alpha } = initNetVladV2(
    CENTROIDS,
    DESCRIPTORS,
  );
  const scores = [0, 1].map((k) => 0.8 * w[k]! + 0.6 * w[2 + k]! + b![k]!);
  const squared = [1.2 ** 2 + 0.6 ** 2, 0.8 ** 2 + 0.4 ** 2];
  assertClose(scores, squared.map((d) => -alpha * (d - 1)), { rtol: 1e-5 });
  assertClose([Math.exp(scores[0]! - scores[1]!)], [0.01], { rtol: 1e-5 });
});
