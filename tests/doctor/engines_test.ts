import assert from "node:assert/strict";
import { join } from "node:path";
import { type Engine, ENGINE_NAMES } from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { EngineError } from "../../lib/errors.ts";
import { checkEngines, type EngineCheck } from "../../lib/doctor/engines.ts";
import type { CheckedEngine } from "../../lib/doctor/examine_engine.ts";
import type { Finding } from "../../lib/doctor/finding.ts";
import { KNOWN_ANSWER_TOLERANCE } from "../../lib/doctor/known_answer.ts";
import { ARCH_NAMES } from "../../lib/model/network.ts";
import {
  type ModelOptions,
  resolveModelOptions,
} from "../../lib/model/options.ts";
import { inFolder } from "../in_folder.ts";
import { listTroubles, runCheck } from "./make_places.ts";

const SMALL: Partial<ModelOptions> = {
  arch: "alexnet",
  widthDivisor: 8,
  numClusters: 4,
};

async function check(
  changes: Partial<EngineCheck> & { options?: Partial<ModelOptions> } = {},
): Promise<{ findings: Finding[]; result: CheckedEngine[] }> {
  const { options, ...others } = changes;
  return await runCheck(checkEngines({
    model: resolveModelOptions({ ...SMALL, ...options }),
    size: { width: 96, height: 72 },
    training: true,
    now: () => performance.now(),
    engine: { engine: "wasm" },
    start: startEngine,
    ...others,
  }));
}

/** Starts an engine whose way is changed. */
function spoil(
  change: (engine: Engine) => Partial<Engine>,
): EngineCheck["start"] {
  return async (given) => {
    const engine = await startEngine(given);
    return { ...engine, ...change(engine) };
  };
}

Deno.test("checkEngines() finds wasm right, measures it, and leaves no tensor", async () => {
  await tf.ready();
  const before = tf.memory().numTensors;
  const { findings, result: [wasm] } = await check();
  assert.deepEqual(listTroubles(findings), []);
  assert.ok(wasm?.isRight);
  assert.equal(wasm.answers?.length, 1 + ARCH_NAMES.length);
  for (const { name, error } of wasm.answers) {
    assert.ok(error < KNOWN_ANSWER_TOLERANCE / 10, `${name}: ${error}`);
  }
  const { frozen, trained, gradients, products } = wasm.speed!;
  for (const speed of [frozen, trained, gradients!, products]) {
    assert.ok(speed > 1e6 && speed < 1e13, `${speed}`);
  }
  assert.ok(wasm.imagesPerSecond! > 0.1);
  assert.match(
    findings[0]!.what,
    /^wasm \(\d+ threads\): right; [\d.]+ images\/s of 96x72 \(alexnet, [\d.]+ GFLOP\/s\)$/,
  );
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("checkEngines() fails an engine whose convolutions are a little off, or no numbers", async () => {
  for (const factor of [1.01, NaN]) {
    const start = spoil(({ createSession }) => ({
      createSession: async (onnx) => {
        const session = await createSession(onnx);
        return {
          ...session,
          run: async (...given) => {
            const output = await session.run(...given);
            const last = output.tensor.shape.at(-1)!;
            const tilted = tf.mul(
              output.tensor,
              tf.tensor1d(
                Array.from({ length: last }, (_, i) => i % 2 ? factor : 1),
              ),
            );
            return { tensor: tilted, dispose: () => output.dispose() };
          },
        };
      },
    }));
    const { findings, result } = await check({ start });
    assert.deepEqual(listTroubles(findings), ["fails wasm"]);
    assert.match(
      findings[0]!.what,
      /^wasm computes wrong: vgg16 (off by|not a)/,
    );
    assert.equal(result[0]?.isRight, false);
    assert.equal(result[0]?.speed, undefined);
  }
});

Deno.test("checkEngines() fails an engine whose matrix products are wrong", async () => {
  const start = spoil(({ products }) => ({
    products: async (...given) => (await products(...given)).reverse(),
  }));
  const { findings } = await check({ start });
  assert.deepEqual(listTroubles(findings), ["fails wasm"]);
  assert.match(findings[0]!.what, /wrong: matrix product off by/);
});

Deno.test("checkEngines() goes on where an engine is not there, and fails if it was asked for", async () => {
  const start: EngineCheck["start"] = (given = {}) => {
    if (given.engine === "wasm") return startEngine(given);
    throw new EngineError("Cannot start it", { where: "here", fix: "do" });
  };
  const all = await check({ start, engine: {}, training: false });
  assert.deepEqual(listTroubles(all.findings), []);
  assert.deepEqual(
    all.result.map(({ name }) => name).sort(),
    [...ENGINE_NAMES].sort(),
  );
  assert.match(
    all.findings.find(({ check }) => check === "native")!.what,
    /`deno task native` installs it/,
  );
  const { findings } = await check({ start, engine: { engine: "native" } });
  assert.deepEqual(findings, [{
    grade: "fails",
    topic: "engines",
    check: "native",
    what: "Cannot start it",
    where: "here",
    fix: "do",
  }]);
});

Deno.test("checkEngines() fails weights that cannot be read, and measures without them", () =>
  inFolder(async (folder) => {
    const weights = join(folder, "w.pth");
    const options = { weights };
    const { findings, result } = await check({ options, training: false });
    assert.deepEqual(listTroubles(findings), ["fails weights"]);
    assert.match(findings[0]!.where, /w\.pth/);
    assert.ok(result[0]?.speed);
    assert.equal(result[0].speed.gradients, null);
  }));

Deno.test("checkEngines() fails a GPU that cannot hold the largest value of an image", async () => {
  const start = spoil(() => ({ name: "webgpu", maxTensorBytes: 1000 }));
  const { findings } = await check({ start, training: false });
  const [trouble] = findings.filter(({ grade }) => grade === "fails");
  assert.equal(trouble?.check, "webgpu limits");
  assert.match(trouble.fix, /set resize to a smaller size/);
});
