/**
 * The stage *doctor*: is all well with this machine and this dataset?
 *
 * @module
 */
import type { ImageOptions } from "../data/image/options.ts";
import {
  type DatasetOptions,
  resolveDatasetOptions,
} from "../data/read_dataset.ts";
import { type EngineOptions, startEngine } from "../engine/start_engine.ts";
import type { ImageSize } from "../image_size.ts";
import { describeNetwork } from "../model/architectures.ts";
import { intermediateSizes } from "../model/layers.ts";
import {
  isCgd,
  type ModelOptions,
  resolveModelOptions,
} from "../model/options.ts";
import type { ProgressEvent } from "../progress.ts";
import { createRandom } from "../random.ts";
import { resolveRunOptions, type RunOptions } from "../train/run_folder.ts";
import { withClassSize } from "../train/train_classes.ts";
import { checkDataset, type CheckedSplit } from "./check_dataset.ts";
import { checkEngines } from "./engines.ts";
import { estimateStages } from "./estimate_stages.ts";
import type { CheckedEngine } from "./examine_engine.ts";
import {
  fails,
  type Finding,
  type FindingEvent,
  troubleOf,
  warns,
} from "./finding.ts";
import { formatBytes } from "./format.ts";
import { checkMachine, type Machine } from "./machine.ts";
import { type DoctorOptions, resolveDoctorOptions } from "./options.ts";
import type { StageEstimate } from "./stage_costs.ts";

/** What is checked, and how. */
export interface DoctorSettings extends Partial<DoctorOptions> {
  /** The dataset; none is checked if left out. */
  dataset?: Partial<DatasetOptions>;
  /** How its images would be read. */
  images?: Partial<ImageOptions>;
  /** The model whose speed is measured. */
  model?: Partial<ModelOptions>;
  /** The engines: all that can be started, or one by name. */
  engine?: Partial<EngineOptions>;
  /** Where runs would go. */
  run?: Partial<RunOptions>;
  /** Milliseconds from any start. */
  now(): number;
  /** Starts an engine: `startEngine` if left out. */
  start?: typeof startEngine;
}

/** What the doctor reports as it goes. */
export type DoctorEvent = ProgressEvent | FindingEvent;

/** All that was found. */
export interface Diagnosis {
  /** In the order in which they were found. */
  findings: Finding[];
  /** What is known of the machine. */
  machine: Machine;
  /** The splits that could be read. */
  splits: CheckedSplit[];
  /** The engines that were looked for. */
  engines: CheckedEngine[];
  /** Size of the images that speeds and estimates are for. */
  imageSize: ImageSize;
  /** What each stage will take; none without a dataset. */
  stages: StageEstimate[];
}

/** Size of images where there is no dataset: that of Pittsburgh. */
const USUAL_SIZE: ImageSize = { width: 640, height: 480 };
/** Images decoded in a second where none were. */
const USUAL_DECODE_RATE = 100;

/**
 * Checks the machine, a dataset if there is one, and the engines; and estimates
 * what each stage will take. A dataset that is broken in one way is still checked
 * in all others. Nothing is written but one byte where runs would go, which is
 * removed again.
 *
 * @yields A `finding` for each check.
 * @returns All findings, and what they come from.
 * @throws {OptionsError} If an option is wrong.
 */
export async function* runDoctor(
  settings: DoctorSettings,
): AsyncGenerator<DoctorEvent, Diagnosis> {
  const findings: Finding[] = [];
  const found = yield* keepFindings(examineAll(settings), findings);
  return { findings, ...found };
}

/** Passes events on, and keeps the findings. */
async function* keepFindings<Result>(
  events: AsyncGenerator<DoctorEvent, Result>,
  findings: Finding[],
): AsyncGenerator<DoctorEvent, Result> {
  while (true) {
    const { value, done } = await events.next();
    if (done) return value;
    if (value.kind === "finding") findings.push(value.finding);
    yield value;
  }
}

async function* examineAll(
  settings: DoctorSettings,
): AsyncGenerator<DoctorEvent, Omit<Diagnosis, "findings">> {
  const { engine = {}, now, start = startEngine } = settings;
  const { all, seed } = resolveDoctorOptions({
    ...(settings.all !== undefined && { all: settings.all }),
    ...(settings.seed !== undefined && { seed: settings.seed }),
  });
  const { runsPath } = resolveRunOptions(settings.run);
  const model = resolveModelOptions(settings.model);
  const asked = settings.images ?? {};
  const images = isCgd(model.pooling) ? withClassSize(asked) : asked;
  if (settings.dataset) resolveDatasetOptions(settings.dataset);

  const machine = yield* checkMachine(runsPath);
  const splits = settings.dataset
    ? yield* checkDataset(settings.dataset, {
      images,
      all,
      random: createRandom(seed),
      now,
    })
    : [];
  const imageSize = yield* chooseSize(model, images, splits);
  const engines = yield* checkEngines({
    model,
    size: imageSize,
    training: splits.some(({ split }) => split === "train"),
    now,
    engine,
    start,
  });
  const stages = splits.length === 0 ? [] : estimateStages({
    splits,
    model,
    size: imageSize,
    engines,
    decodeRate: decodeRateOf(splits),
  });
  yield* checkStages(stages, machine, runsPath);
  return { machine, splits, engines, imageSize, stages };
}

/** The size that images will have, if the model can take it. */
function* chooseSize(
  model: Readonly<ModelOptions>,
  { resize }: Partial<ImageOptions>,
  splits: readonly CheckedSplit[],
): Generator<FindingEvent, ImageSize> {
  const common = splits.flatMap(({ images }) => images.sizes[0] ?? [])
    .sort((a, b) => b.count - a.count)[0];
  const { width, height } = resize ?? common ?? USUAL_SIZE;
  const { layers } = describeNetwork(model.arch, model);
  try {
    intermediateSizes(layers, { width, height, channels: 3 });
    return { width, height };
  } catch (error) {
    yield fails(
      { topic: "dataset", check: "image sizes" },
      troubleOf(error),
    );
    return USUAL_SIZE;
  }
}

function decodeRateOf(splits: readonly CheckedSplit[]): number {
  const rates = splits.flatMap(({ images }) => images.imagesPerSecond ?? []);
  return rates.length > 0 ? Math.max(...rates) : USUAL_DECODE_RATE;
}

/** Whether the stages have the memory and the disk space that they need. */
function* checkStages(
  stages: readonly StageEstimate[],
  { memory, diskFreeBytes }: Machine,
  runsPath: string,
): Generator<FindingEvent, void> {
  for (const { stage, memoryBytes, diskBytes } of stages) {
    if (memory && memoryBytes > memory.freeBytes) {
      yield warns({ topic: "stages", check: "memory" }, {
        what: `${stage} needs about ${formatBytes(memoryBytes)} of memory`,
        where: `${formatBytes(memory.freeBytes)} are free`,
        fix: "set resize to a smaller size, or end other programs",
      });
    }
    if (diskFreeBytes !== null && diskBytes > diskFreeBytes) {
      yield fails({ topic: "stages", check: "disk" }, {
        what: `${stage} needs about ${formatBytes(diskBytes)} of disk`,
        where: `${formatBytes(diskFreeBytes)} are free in ${runsPath}`,
        fix: "free disk space, set runsPath elsewhere, or use fewer clusters",
      });
    }
  }
}
