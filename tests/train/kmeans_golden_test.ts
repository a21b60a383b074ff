import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import h5wasm, { type Dataset } from "h5wasm/node";
import { startEngine } from "../../lib/engine/start_engine.ts";
import { drain } from "../../lib/progress.ts";
import { createRandom } from "../../lib/random.ts";
import { kMeans } from "../../lib/train/kmeans.ts";

const FILE = fileURLToPath(
  new URL(
    "../../../shared/golden/i_kmeans/n20000_d64_k32.h5",
    import.meta.url,
  ),
);

/** 1 % above the best of eight seeds of faiss, on all points. */
const GOOD_INERTIA = 10386.53 * 1.01;

/** Reads the points, `[20000, 64]`; float16, which h5wasm leaves as bytes. */
async function readPoints(): Promise<Float32Array> {
  const hdf5 = await h5wasm.ready;
  const file = new h5wasm.File(FILE, "r");
  const { file_id, path, metadata } = file.get("X_f16") as Dataset;
  const numBytes = metadata.size * metadata.total_size;
  const start = hdf5._malloc(numBytes);
  hdf5.get_dataset_data(file_id, path, null, null, null, BigInt(start));
  const bytes = hdf5.HEAPU8.slice(start, start + numBytes);
  hdf5._free(start);
  file.close();
  return Float32Array.from(new Float16Array(bytes.buffer));
}

const missing = !existsSync(FILE);
Deno.test({
  name: "kMeans() is as good as faiss on the golden points" +
    (missing ? " (skipped: shared/golden is not beside the project)" : ""),
  ignore: missing,
  fn: async () => {
    const points = await readPoints();
    const engine = await startEngine({ engine: "wasm" });
    for (const seed of [1, 2]) {
      const { inertia } = await drain(kMeans(
        engine,
        points,
        64,
        { numClusters: 32, iterations: 100, restarts: 3 },
        createRandom(seed),
      ));
      assert.ok(inertia <= GOOD_INERTIA, `seed ${seed}: ${inertia}`);
    }
    await engine.dispose();
  },
});
