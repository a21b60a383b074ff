/**
 * Checks the engines: which are there, whether they compute right, and how fast.
 *
 * @module
 */
import type { Engine, EngineName } from "../engine/engine.ts";
import {
  type EngineOptions,
  isSoftwareDevice,
  startEngine,
} from "../engine/start_engine.ts";
import { progress, type ProgressEvent } from "../progress.ts";
import {
  type CheckedEngine,
  type Examination,
  examineEngine,
} from "./examine_engine.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  type Trouble,
  troubleOf,
} from "./finding.ts";
import { makeSamples } from "./known_answer.ts";
import type { SpeedPlan } from "./speed.ts";

/** How engines are checked. */
export interface EngineCheck extends SpeedPlan {
  engine: Partial<EngineOptions>;
  /** Starts an engine: `startEngine`, but in tests. */
  start: typeof startEngine;
}

/** Those that are there everywhere first. */
const ORDER: readonly EngineName[] = ["wasm", "native", "webgpu"];

/**
 * Checks every engine that can be started, or the one that is asked for by name. A
 * GPU of software is left alone unless it is asked for.
 *
 * @returns What is known of each.
 */
export async function* checkEngines(
  check: EngineCheck,
): AsyncGenerator<ProgressEvent | FindingEvent, CheckedEngine[]> {
  const { engine = "auto" } = check.engine;
  const names = engine === "auto" ? ORDER : [engine];
  const samples = makeSamples();
  const checked: CheckedEngine[] = [];
  let { model } = check;
  for (const [done, name] of names.entries()) {
    yield progress("check engines", done, names.length);
    const { found, events, hasBadWeights } = await checkEngine(name, {
      ...check,
      model,
      samples,
    });
    if (hasBadWeights) {
      const { weights: _, ...rest } = model;
      model = rest; // it is said once
    }
    checked.push(found);
    if (done + 1 === names.length) {
      yield progress("check engines", names.length, names.length);
    }
    yield* events;
  }
  return checked;
}

async function checkEngine(
  name: EngineName,
  check: EngineCheck & { samples: ReturnType<typeof makeSamples> },
): Promise<Examination> {
  const isAsked = check.engine.engine === name;
  const checkName: CheckName = { topic: "engines", check: name };
  const absent = (missing: string, event: FindingEvent): Examination => ({
    found: { name, device: null, missing },
    events: [event],
  });
  const software = name === "webgpu" && !isAsked ? await whyNoGpu() : null;
  if (software !== null) {
    return absent(software, fine(checkName, `${name}: ${software}`));
  }
  let engine: Engine;
  try {
    engine = await check.start({ ...check.engine, engine: name });
  } catch (error) {
    const trouble = troubleOf(error);
    const isNeeded = isAsked || name === "wasm";
    const event = isNeeded
      ? fails(checkName, trouble)
      : fine(checkName, `${name}: ${sayAbsent(name, trouble)}`);
    return absent(trouble.where, event);
  }
  try {
    return await examineEngine(engine, check);
  } finally {
    await engine.dispose();
  }
}

function sayAbsent(name: EngineName, { where, fix }: Trouble): string {
  return name === "native"
    ? "not installed; `deno task native` installs it (200 MB): 3-4 times as fast as wasm"
    : `not there: ${where}; ${fix}`;
}

async function whyNoGpu(): Promise<string | null> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) {
    return "no GPU adapter; a GPU needs its Vulkan, Metal or Direct3D 12 driver";
  }
  const { isFallbackAdapter, description } = adapter.info;
  return isFallbackAdapter || isSoftwareDevice(description)
    ? `left alone unless asked for: the only adapter is software, ${description}`
    : null;
}
