import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startEngine } from "../../lib/engine/start_engine.ts";

type RequestAdapter = GPU["requestAdapter"];

/** Runs with another answer to the question for a GPU adapter. */
async function withAdapter(
  requestAdapter: RequestAdapter,
  run: () => Promise<void>,
): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(navigator, "gpu");
  Object.defineProperty(navigator, "gpu", {
    value: { requestAdapter },
    configurable: true,
  });
  try {
    await run();
  } finally {
    if (own) Object.defineProperty(navigator, "gpu", own);
    else Reflect.deleteProperty(navigator, "gpu");
  }
}

/** A GPU adapter that is known by its description only. */
function describeAdapter(description: string): RequestAdapter {
  const info = { description, vendor: "", isFallbackAdapter: false };
  return () => Promise.resolve({ info } as GPUAdapter);
}

const noAdapter: RequestAdapter = () => Promise.resolve(null);

function testStart(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn });
}

testStart(
  "startEngine() picks wasm where there is no GPU, and says so",
  () =>
    withAdapter(noAdapter, async () => {
      const engine = await startEngine({ engineThreads: 3 });
      assert.equal(engine.name, "wasm");
      assert.equal(engine.reason, "there is no GPU adapter");
      assert.equal(engine.device, "3 threads");
      await engine.dispose();
    }),
);

for (
  const description of [
    "llvmpipe (LLVM 15.0.6, 256 bits)",
    "SwiftShader Device",
    "Microsoft Basic Render Driver",
  ]
) {
  testStart(
    `startEngine() picks wasm rather than the software adapter ${description}`,
    () =>
      withAdapter(describeAdapter(description), async () => {
        const engine = await startEngine();
        assert.equal(engine.name, "wasm");
        assert.equal(
          engine.reason,
          `the only GPU adapter is software (${description})`,
        );
        await engine.dispose();
      }),
  );
}

testStart(
  "startEngine() says what is missing if there is no GPU for webgpu",
  () =>
    withAdapter(
      noAdapter,
      () =>
        assert.rejects(startEngine({ engine: "webgpu" }), {
          name: "EngineError",
          message: /^Cannot start the engine webgpu/,
          where: "no GPU adapter was found",
          fix: /or use the engine wasm$/,
        }),
    ),
);

Deno.test("startEngine() lists the engines that there are", async () => {
  const engine = "cuda" as "wasm";
  await assert.rejects(startEngine({ engine, engineThreads: -1 }), {
    name: "OptionsError",
    where:
      /engine is "cuda", must be one of auto, webgpu, wasm, native; engineThreads is -1/,
  });
});

/** What a program of its own, with these arguments of `deno run`, prints. */
async function runProgram(
  args: string[],
  program: string,
): Promise<string> {
  const module = new URL("../../lib/engine/start_engine.ts", import.meta.url);
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    path,
    `import { startEngine } from "${module}";\n${program}`,
  );
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", `--config=${config}`, "--allow-read", ...args, path],
  }).output();
  await Deno.remove(path);
  return new TextDecoder().decode(stdout);
}

Deno.test("startEngine() says how native is installed and allowed, if it cannot be loaded", async () => {
  const printed = await runProgram(
    ["--deny-ffi"],
    `await startEngine({ engine: "native" }).catch(({ name, where, fix }) =>
       console.log(JSON.stringify({ name, where, fix })));`,
  );
  const { name, where, fix } = JSON.parse(printed);
  assert.equal(name, "EngineError");
  assert.match(where, /^onnxruntime-node \(/);
  assert.match(fix, /deno task native.*--allow-ffi.*wasm/);
});
