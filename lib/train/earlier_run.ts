/**
 * What is known of a run to go on with, or to take a model from.
 *
 * @module
 */
import type { ImageOptions } from "../data/image/options.ts";
import type { EngineOptions } from "../engine/start_engine.ts";
import { CheckpointError } from "../errors.ts";
import { isFile } from "../files.ts";
import type { Checkpoint, CheckpointName } from "./checkpoint.ts";
import type { ClassOptions } from "./class_options.ts";
import type { ClusterOptions } from "./cluster_options.ts";
import type { OptionGroups } from "./torch_flags.ts";

/** What a run was started with, group by group, as far as it says. */
export interface RunOptionGroups extends OptionGroups {
  /** How images were read. */
  images: Partial<ImageOptions>;
  /** How local descriptors were clustered. */
  cluster: Partial<ClusterOptions>;
  /** What it computed with. */
  engine: Partial<EngineOptions>;
  /** How classes were learned, if they were. */
  classes: Partial<ClassOptions>;
  /** Frames that it was validated on, where its dataset has no splits. */
  validation: { valFrames?: string };
}

/** A checkpoint of a run. */
export interface RunCheckpoint extends Checkpoint {
  /** Which of its two checkpoints it is. */
  name: CheckpointName;
  /** Its file, which is a weights file too. */
  path: string;
}

/** A run to go on with, or to take a model from. */
export interface EarlierRun {
  /** Its folder. */
  folder: string;
  /** Whether pytorch-NetVlad made it: then it is read, and never written to. */
  isForeign: boolean;
  /** What it was started with. */
  options: RunOptionGroups;
  /** Centroid file that it began with, if it needed one. */
  centroids?: string;
  /** Where it stood; left out if it was stopped before its first checkpoint. */
  checkpoint?: RunCheckpoint;
  /** What there is to know about it. */
  notes: readonly string[];
}

/** Finds the files of a run's checkpoints. */
export type CheckpointFile = (run: string, name: CheckpointName) => string;

/**
 * Reads the checkpoint of a run that is asked for, or else the other one.
 *
 * @returns `undefined` if there is none.
 * @throws {CheckpointError} If it is damaged; it says whether the other one is there.
 */
export async function readEither<Found extends Checkpoint>(
  run: string,
  asked: CheckpointName,
  fileOf: CheckpointFile,
  read: (path: string) => Found,
): Promise<{ found: Found & RunCheckpoint; note?: string } | undefined> {
  const other = asked === "latest" ? "best" : "latest";
  const hasOther = await isFile(fileOf(run, other));
  for (const name of [asked, other] as const) {
    const path = fileOf(run, name);
    if (!await isFile(path)) continue;
    try {
      const found = { ...read(path), name, path };
      return name === asked ? { found } : {
        found,
        note: `there is no checkpoint ${asked}: taking the ${other} one, ` +
          `of epoch ${found.state.epoch}`,
      };
    } catch (error) {
      throw name === asked && hasOther ? suggestOther(error, other) : error;
    }
  }
  return undefined;
}

function suggestOther(error: unknown, other: CheckpointName): unknown {
  if (!(error instanceof CheckpointError)) return error;
  return new CheckpointError("Cannot read the checkpoint of a run", {
    where: error.where,
    fix: `set checkpoint to ${other}, or start a new run`,
    cause: error,
  });
}
