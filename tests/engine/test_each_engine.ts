import {
  type Engine,
  ENGINE_NAMES,
  type EngineName,
} from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import { inGpuTurn } from "./gpu_turn.ts";

/** Why an engine cannot be tested here, for the name of its tests. */
export const MISSING: Record<EngineName, string> = {
  wasm: "",
  webgpu: await navigator.gpu?.requestAdapter()
    ? ""
    : " (skipped: no GPU adapter; Debian's mesa-vulkan-drivers has a software one)",
  native: hasNative()
    ? ""
    : " (skipped: lib/engine/native is not installed; see deno task native)",
};

function hasNative(): boolean {
  const folder = "../../lib/engine/native/node_modules";
  try {
    return Deno.statSync(new URL(folder, import.meta.url)).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Tests every engine that can be started here, one after the other.
 *
 * @param nameOf Name of the test for an engine.
 * @param engines Those that it is about; all by default.
 */
export function testEachEngine(
  nameOf: (engine: EngineName) => string,
  fn: (engine: EngineName) => Promise<void>,
  engines: readonly EngineName[] = ENGINE_NAMES,
): void {
  for (const engine of engines) {
    Deno.test({
      name: `${nameOf(engine)}${MISSING[engine]}`,
      ignore: MISSING[engine] !== "",
      sanitizeResources: false,
      sanitizeOps: false,
      fn: () => fn(engine),
    });
  }
}

/** Lends a started engine. */
export function withEngine<Result>(
  name: EngineName,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const lend = async (): Promise<Result> => {
    const engine = await startEngine({ engine: name });
    try {
      return await use(engine);
    } finally {
      await engine.dispose();
    }
  };
  return name === "webgpu" ? inGpuTurn(lend) : lend();
}
