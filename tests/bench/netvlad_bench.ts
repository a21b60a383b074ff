import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { netVlad } from "../../lib/model/netvlad.ts";
import { makeNumbers } from "./make_numbers.ts";

await startEngine({ engine: "wasm" });

/** One VGG-16 feature map of a 480 × 640 image. */
const [H, W, D] = [30, 40, 512];
const features = tf.tensor4d(makeNumbers(H * W * D), [1, H, W, D]);

for (const K of [16, 64]) {
  const params = {
    assignWeights: tf.tensor2d(makeNumbers(D * K, 2), [D, K]),
    assignBiases: tf.tensor1d(makeNumbers(K, 3)),
    centroids: tf.tensor2d(makeNumbers(K * D, 4), [K, D]),
  };
  Deno.bench(`netVlad() 30x40x512, K=${K}`, {
    group: "netvlad",
    baseline: K === 16,
  }, async () => {
    const vlad = netVlad(features, params);
    await vlad.data(); // waits for the device: without it only the launch is timed
    vlad.dispose();
  });
}
