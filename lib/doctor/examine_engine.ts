/**
 * Examines an engine that was started.
 *
 * @module
 */
import { formatSize } from "../data/image/rgb_image.ts";
import type { Engine, EngineName } from "../engine/engine.ts";
import { VprError } from "../errors.ts";
import { intermediateSizes } from "../model/layers.ts";
import type { Model } from "../model/model.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  troubleOf,
  warns,
} from "./finding.ts";
import { formatBytes, formatRate } from "./format.ts";
import {
  compareWithKnown,
  KNOWN_ANSWER_TOLERANCE,
  type KnownAnswer,
  type Sample,
} from "./known_answer.ts";
import {
  countModelFlops,
  createMeasuredModel,
  type ModelFlops,
} from "./measured_model.ts";
import {
  type EngineSpeed,
  measureSpeed,
  secondsPerImage,
  type SpeedPlan,
} from "./speed.ts";

/** An engine that was checked. */
export interface CheckedEngine {
  /** Which engine. */
  name: EngineName;
  /** Null if it is not there, or was left alone. */
  device: string | null;
  /** Why. */
  missing?: string;
  /** Largest tensor that one operation may use, in bytes. */
  maxTensorBytes?: number;
  /** Small computations, and how far off they are. */
  answers?: KnownAnswer[];
  /** Whether all of them are right. */
  isRight?: boolean;
  /** Measured, if it computes right. */
  speed?: EngineSpeed;
  /** What the model computes for an image of the size asked for. */
  flops?: ModelFlops;
  /** Images of that size that it describes in a second, expected from the speed. */
  imagesPerSecond?: number;
}

/** What came of it. */
export interface Examination {
  found: CheckedEngine;
  events: FindingEvent[];
  /** Whether the model's weights could not be used. */
  hasBadWeights?: boolean;
}

/** Compares what an engine computes with what is known, and measures its speed. */
export async function examineEngine(
  engine: Engine,
  plan: SpeedPlan & { samples: readonly Sample[] },
): Promise<Examination> {
  const { name, device, maxTensorBytes } = engine;
  const check: CheckName = { topic: "engines", check: name };
  const found: CheckedEngine = { name, device, maxTensorBytes };
  try {
    found.answers = await compareWithKnown(engine, plan.samples);
    const wrong = found.answers
      .filter(({ error }) => !(error <= KNOWN_ANSWER_TOLERANCE));
    found.isRight = wrong.length === 0;
    if (found.isRight) return await measure(engine, plan, found);
    const errors = wrong.map(sayError).join(", ");
    const event = fails(check, {
      what: `${name} computes wrong: ${errors}`,
      where: device,
      fix: name === "webgpu"
        ? "update the GPU's driver, or use the engine wasm"
        : "use another engine, and report this with the name of the machine",
    });
    return { found, events: [event] };
  } catch (error) {
    return { found, events: [fails(check, troubleOf(error))] };
  }
}

function sayError({ name, error }: KnownAnswer): string {
  const off = Number.isFinite(error)
    ? `off by ${Number(error.toPrecision(2))}`
    : "not a number";
  return `${name} ${off}`;
}

async function measure(
  engine: Engine,
  plan: SpeedPlan,
  found: CheckedEngine,
): Promise<Examination> {
  const check: CheckName = { topic: "engines", check: engine.name };
  const events: FindingEvent[] = [];
  const { weights, ...untrained } = plan.model;
  let hasBadWeights = false;
  let model: Model;
  try {
    model = await createMeasuredModel(plan.model, engine);
  } catch (error) {
    if (weights === undefined || !(error instanceof VprError)) throw error;
    hasBadWeights = true;
    events.push(
      fails({ topic: "engines", check: "weights" }, troubleOf(error)),
    );
    model = await createMeasuredModel(untrained, engine);
  }
  try {
    found.flops = countModelFlops(model, plan.size);
    found.speed = await measureSpeed(model, plan);
    found.imagesPerSecond = 1 / secondsPerImage(found.flops, found.speed);
    events.push(fine(check, saySpeed(engine, plan, found.speed, found)));
    events.push(...checkLimit(engine, model, plan));
  } finally {
    await model.dispose();
  }
  return { found, events, hasBadWeights };
}

function saySpeed(
  { name, device }: Engine,
  { model, size }: SpeedPlan,
  speed: EngineSpeed,
  { imagesPerSecond = 0 }: CheckedEngine,
): string {
  const rate = formatRate(imagesPerSecond);
  const gflops = formatRate(speed.frozen / 1e9);
  return `${name} (${device}): right; ${rate} images/s of ${
    formatSize(size)
  } (${model.arch}, ${gflops} GFLOP/s)`;
}

/** A GPU cannot hold an image whose largest value is larger than it can bind. */
function checkLimit(
  { name, device, maxTensorBytes }: Engine,
  { network }: Model,
  { size }: SpeedPlan,
): FindingEvent[] {
  const values = intermediateSizes(network.layers, { ...size, channels: 3 })
    .map(({ height, width, channels }) => height * width * channels * 4);
  const largest = Math.max(...values);
  if (largest <= maxTensorBytes) return [];
  const grade = name === "webgpu" ? fails : warns;
  return [grade({ topic: "engines", check: `${name} limits` }, {
    what: `images of ${formatSize(size)} need ${
      formatBytes(largest)
    } at once, ${name} is made for ${formatBytes(maxTensorBytes)}`,
    where: device,
    fix: "set resize to a smaller size, or use another engine",
  })];
}
