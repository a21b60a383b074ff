/**
 * What a training run reports, written to an event file for TensorBoard.
 *
 * @module
 */
import { encodeJpeg } from "../data/image/encode.ts";
import { pickExamples } from "../evaluate/examples.ts";
import type { Checkpoint, EpochResult } from "./checkpoint.ts";
import { createEventFile, type EventFile } from "./event_file.ts";
import { drawRetrieval } from "./event_images.ts";
import {
  encodeEvent,
  fileVersion,
  imageSummary,
  scalarSummary,
  sessionStart,
  textSummary,
} from "./event_messages.ts";
import { createEpochTimes, type EpochTimes } from "./event_times.ts";
import type { RunFlags } from "./run_folder.ts";
import type { EpochEvent } from "./course.ts";
import type { TrainEvent } from "./train.ts";
import type { StepEvent } from "./train_epoch.ts";
import { isRecord } from "../record.ts";

/** Where and how events are logged. */
export interface EventLogSettings {
  /** Folder of the event file, by rule the run folder. */
  folder: string;
  /** Milliseconds since 1970, such as `Date.now`: for wall times, durations and the name of the file. */
  now(): number;
  /** Options of the run, logged as a table. */
  flags?: RunFlags;
  /** Where a run that goes on stood: it may have been killed before it logged its last epoch. */
  resume?: Checkpoint | undefined;
}

/** Quality of the pictures of retrievals. */
const JPEG_QUALITY = 85;

/**
 * Passes the events of a training run on as they are, and writes them to a new event file.
 *
 * By global step, as pytorch-NetVlad counts: `Train/Loss`, `Train/nNeg`; for classes
 * `Train/ClassLoss` and `Train/TripletLoss`, its two parts. By epoch: `Train/AvgLoss`,
 * `Train/LearningRate`, `Val/Recall@1` to `@20` (`@8` for classes), `Val/Retrievals/1` to
 * `/6` (a query and its first predictions in green or red frames), `Time/Describe`,
 * `/Train`, `/Evaluate`, `/Checkpoint` and `/Epoch` in seconds, `Time/ImagesPerSecond`.
 * Once: `Run/Options`. A run that goes on writes another file; TensorBoard then drops
 * the steps that it repeats.
 *
 * @param stage Events of `trainModel`; closed with this one.
 * @param settings Where to; `resume` is that of `trainModel`.
 * @returns What the stage returns.
 * @throws {CheckpointError} If the file cannot be written.
 * @throws {DatasetError} If an image of an example cannot be read any more.
 *
 * Source: names and steps: pytorch-NetVlad, main.py, `train`.
 */
export async function* logEvents<Result>(
  stage: AsyncGenerator<TrainEvent, Result>,
  settings: EventLogSettings,
): AsyncGenerator<TrainEvent, Result> {
  using log = await openLog(settings);
  try {
    while (true) {
      const { value, done } = await stage.next();
      if (done) return value;
      await writeEvent(log, value);
      yield value;
    }
  } finally {
    await stage.return(undefined as Result);
  }
}

/** An event file, and what is written to it. */
interface EventLog extends Disposable {
  file: EventFile;
  times: EpochTimes;
  /** Whether a step was logged. */
  hasStarted: boolean;
  write(step: number, content: Uint8Array<ArrayBuffer>): void;
}

async function openLog(
  { folder, now, flags, resume }: EventLogSettings,
): Promise<EventLog> {
  const file = await createEventFile(folder, now() / 1000);
  const log: EventLog = {
    file,
    times: createEpochTimes(now),
    hasStarted: false,
    write: (step, content) =>
      file.append(encodeEvent(now() / 1000, step, content)),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
  log.write(0, fileVersion());
  if (flags) log.write(0, textSummary("Run/Options", formatFlags(flags)));
  const last = resume?.state.history.at(-1);
  if (last) writeResult(log, last);
  return log;
}

async function writeEvent(log: EventLog, event: TrainEvent): Promise<void> {
  log.times.observe(event);
  if (event.kind === "step") writeStep(log, event);
  if (event.kind === "epoch") await writeEpoch(log, event);
}

function writeStep(
  log: EventLog,
  { globalStep, batch, loss, negatives, classLoss, tripletLoss }: StepEvent,
): void {
  if (!log.hasStarted) log.write(globalStep - batch + 1, sessionStart());
  log.hasStarted = true;
  const scalars = {
    Loss: loss,
    nNeg: negatives,
    ClassLoss: classLoss,
    TripletLoss: tripletLoss,
  };
  for (const [name, value] of Object.entries(scalars)) {
    if (value === undefined) continue;
    log.write(globalStep, scalarSummary(`Train/${name}`, value));
  }
}

async function writeEpoch(log: EventLog, event: EpochEvent): Promise<void> {
  writeResult(log, event);
  const examples = event.evaluation ? pickExamples(event.evaluation) : [];
  for (const [i, example] of examples.entries()) {
    const picture = drawRetrieval(example);
    const bytes = await encodeJpeg(picture, JPEG_QUALITY);
    const image = { ...picture, bytes };
    log.write(event.epoch, imageSummary(`Val/Retrievals/${i + 1}`, image));
  }
  for (const [name, value] of Object.entries(log.times.finish(event))) {
    log.write(event.epoch, scalarSummary(`Time/${name}`, value));
  }
  log.file.sync();
}

function writeResult(
  log: EventLog,
  { epoch, loss, learningRate, recall }: EpochResult,
): void {
  const scalars = Object.entries(recall ?? {})
    .map(([n, value]): [string, number] => [`Val/Recall@${n}`, value]);
  if (loss !== null) scalars.push(["Train/AvgLoss", loss]);
  if (epoch > 0) scalars.push(["Train/LearningRate", learningRate]);
  for (const [tag, value] of scalars) {
    log.write(epoch, scalarSummary(tag, value));
  }
}

/** Options as a Markdown table, those of a group by its name and their own. */
function formatFlags(flags: RunFlags): string {
  const rows = Object.entries(flags).flatMap(([group, value]) =>
    isRecord(value)
      ? Object.entries(value).map(([name, each]) => [`${group}.${name}`, each])
      : [[group, value]]
  );
  return [["option", "value"], ["---", "---"], ...rows]
    .map(([name, value]) => `| ${name} | ${formatCell(value)} |`).join("\n");
}

function formatCell(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return (text ?? "").replaceAll("|", "\\|");
}
