import type { EngineName } from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { EngineError } from "../../lib/errors.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Model } from "../../lib/model/model.ts";
import { makeNumbers } from "./make_numbers.ts";

const ENGINES: readonly EngineName[] = ["wasm", "native", "webgpu"];
const [N, HEIGHT, WIDTH] = [1, 120, 160];
const images = {
  pixels: Uint8Array.from(
    makeNumbers(N * HEIGHT * WIDTH * 3),
    (value) => Math.min(Math.max(128 + 50 * value, 0), 255),
  ),
  height: HEIGHT,
  width: WIDTH,
};

/** SqueezeNet on an engine; `null` if the engine is not there. */
async function makeModel(name: EngineName): Promise<Model | null> {
  try {
    const engine = await startEngine({ engine: name });
    return await createModel(
      { arch: "squeezenet1_1", pooling: "avg" },
      { engine },
    );
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.error(`${name} is left out: ${error.message}`);
    return null;
  }
}

for (const name of ENGINES) {
  const model = await makeModel(name);
  if (model === null) continue;
  Deno.bench({
    name: `describe() an image of 160x120, SqueezeNet, ${name}`,
    group: "encoder",
    baseline: name === "wasm",
    fn: async (bench) => {
      await tf.setBackend(name === "webgpu" ? "webgpu" : "wasm");
      bench.start();
      await model.describe(images);
      bench.end();
    },
  });
}
