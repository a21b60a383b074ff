import { initNetVladV1, initNetVladV2 } from "../../lib/model/netvlad_init.ts";
import { assertClose } from "../assert_close.ts";

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
