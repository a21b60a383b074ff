/**
 * Chooses and starts a compute engine.
 *
 * @module
 */
import { describeCause, EngineError } from "../errors.ts";
import { integerFrom, oneOf, resolveOptions, type Rules } from "../options.ts";
import { type Engine, ENGINE_NAMES, type EngineName } from "./engine.ts";

/** Which engine to start, and how. */
export interface EngineOptions {
  /** Engine, or `auto` for a GPU where there is one and `wasm` elsewhere. */
  engine: EngineName | "auto";
  /** Threads of ONNX Runtime on `wasm` and `native`, at most 64; 0 for one per processor, at most 16. */
  engineThreads: number;
}

/** The one place where the defaults live. */
export const ENGINE_DEFAULTS: Readonly<EngineOptions> = Object.freeze({
  engine: "auto",
  engineThreads: 0,
});

/** Threads beyond this only take time to start. */
const MAX_THREADS = 64;
/** More take longer to start than they save: 0.1 s each. */
const DEFAULT_MAX_THREADS = 16;

const RULES: Rules<EngineOptions> = {
  engine: oneOf(["auto", ...ENGINE_NAMES]),
  engineThreads: {
    holds: (count) =>
      integerFrom(0).holds(count) && Number(count) <= MAX_THREADS,
    wanted: `an integer from 0 to ${MAX_THREADS}`,
  },
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveEngineOptions(
  given: Partial<EngineOptions> = {},
): Readonly<EngineOptions> {
  return resolveOptions(given, {
    purpose: "start an engine",
    defaults: ENGINE_DEFAULTS,
    rules: RULES,
  });
}

/**
 * Starts an engine. The packages of the others are not loaded.
 *
 * `auto` never takes a software adapter, which is slower than `wasm`, nor
 * `native`, which leaves Deno's sandbox: those are used when asked for by name.
 *
 * @throws {OptionsError} If an option is wrong.
 * @throws {EngineError} If the engine is not there.
 */
export async function startEngine(
  given: Partial<EngineOptions> = {},
): Promise<Engine> {
  const { engine, engineThreads } = resolveEngineOptions(given);
  const numThreads = engineThreads ||
    Math.min(navigator.hardwareConcurrency, DEFAULT_MAX_THREADS);
  const named = "asked for by name";
  switch (engine) {
    case "webgpu":
      return await startGpu(named, await findAdapter());
    case "wasm":
      return await startCpu(named, numThreads);
    case "native":
      return await (await import("./native.ts")).startNative(named, numThreads);
    case "auto":
      return await startAny(numThreads);
  }
}

async function startAny(numThreads: number): Promise<Engine> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return startCpu("there is no GPU adapter", numThreads);
  if (isSoftware(adapter)) {
    const { description } = adapter.info;
    return startCpu(
      `the only GPU adapter is software (${description})`,
      numThreads,
    );
  }
  try {
    return await startGpu("there is a GPU", adapter);
  } catch (cause) {
    return startCpu(
      `the GPU did not start (${describeCause(cause)})`,
      numThreads,
    );
  }
}

async function findAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter) return adapter;
  throw new EngineError("Cannot start the engine webgpu", {
    where: "no GPU adapter was found",
    fix:
      "install the GPU's Vulkan driver (or Debian's mesa-vulkan-drivers for a software one), or use the engine wasm",
  });
}

async function startGpu(reason: string, adapter: GPUAdapter): Promise<Engine> {
  return (await import("./webgpu.ts")).startWebGpu(reason, adapter);
}

async function startCpu(reason: string, numThreads: number): Promise<Engine> {
  return (await import("./wasm.ts")).startWasm(reason, numThreads);
}

/** Software adapters say so, or are known by name. */
function isSoftware({ info }: GPUAdapter): boolean {
  return info.isFallbackAdapter || isSoftwareDevice(info.description);
}

/** Whether a device is a GPU made of software, by its name. */
export function isSoftwareDevice(name: string): boolean {
  return /llvmpipe|swiftshader|software|basic render/i.test(name);
}
