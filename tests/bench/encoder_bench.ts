import type { Engine, EngineName } from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { EngineError } from "../../lib/errors.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { Images } from "../../lib/model/model.ts";
import { ARCH_NAMES, type ArchName } from "../../lib/model/network.ts";
import { makeNumbers } from "./make_numbers.ts";

const ENGINES: readonly EngineName[] = ["wasm", "native", "webgpu"];

/** One image. */
function makeImage(height: number, width: number): Images {
  const pixels = Uint8Array.from(
    makeNumbers(height * width * 3),
    (value) => Math.min(Math.max(128 + 50 * value, 0), 255),
  );
  return { pixels, height, width };
}

const SMALL = makeImage(120, 160);
const SQUARE = makeImage(224, 224);

/** An engine; `null` if it is not there. */
async function start(name: EngineName): Promise<Engine | null> {
  try {
    return await startEngine({ engine: name });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.error(`${name} is left out: ${error.message}`);
    return null;
  }
}

/** Times a network on an engine. */
async function addBench(
  arch: ArchName,
  engine: Engine,
  images: Images,
  { group, baseline }: { group: string; baseline: boolean },
): Promise<void> {
  const model = await createModel({ arch, pooling: "avg" }, { engine });
  Deno.bench({
    name:
      `describe() an image of ${images.width}x${images.height}, ${arch}, ${engine.name}`,
    group,
    baseline,
    fn: async (bench) => {
      await tf.setBackend(engine.name === "webgpu" ? "webgpu" : "wasm");
      bench.start();
      await model.describe(images);
      bench.end();
    },
  });
}

for (const name of ENGINES) {
  const engine = await start(name);
  if (engine === null) continue;
  await addBench("squeezenet1_1", engine, SMALL, {
    group: "encoder",
    baseline: name === "wasm",
  });
  if (name === "webgpu") continue; // a GPU of software takes minutes
  for (const arch of ARCH_NAMES) {
    await addBench(arch, engine, SQUARE, {
      group: `networks on ${name}`,
      baseline: arch === "vgg16",
    });
  }
}
