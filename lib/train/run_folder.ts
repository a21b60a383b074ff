/**
 * Run folders: everything that a run was and came to.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError, describeCause } from "../errors.ts";
import { folderOf, writeTextWhole } from "../files.ts";
import { claimFolder } from "../folder_claim.ts";
import { resolveOptions, type Rules, TEXT } from "../options.ts";
import { checkpointFile, type CheckpointName } from "./checkpoint.ts";
import { isRecord } from "../record.ts";

/** Where run folders are made. */
export interface RunOptions {
  /** Folder that run folders are made in. */
  runsPath: string;
}

/** The one place where the default lives. */
export const RUN_DEFAULTS: Readonly<RunOptions> = Object.freeze({
  runsPath: "runs",
});

const RULES: Rules<RunOptions> = { runsPath: TEXT };

/**
 * Fills in the default and checks the result.
 *
 * @throws {OptionsError} If an option is wrong.
 */
export function resolveRunOptions(
  given: Partial<RunOptions> = {},
): Readonly<RunOptions> {
  return resolveOptions(given, {
    purpose: "make a run folder",
    defaults: RUN_DEFAULTS,
    rules: RULES,
  });
}

/** The resolved options of a run, group by group, and what else identifies it. */
export type RunFlags = Record<string, unknown>;

/**
 * Makes a new folder for a run: `<MonDD_HH-MM-SS>_<title>`, as pytorch-NetVlad
 * calls them; a number is added if there is one already.
 *
 * @param title What the run is, such as `vgg16_netvlad`.
 * @param now Names the folder, and nothing else.
 * @throws {CheckpointError} If it cannot be made.
 */
export async function createRunFolder(
  given: Partial<RunOptions>,
  title: string,
  now: Date,
): Promise<string> {
  const { runsPath } = resolveRunOptions(given);
  const name = join(runsPath, nameRun(title, now));
  try {
    await Deno.mkdir(runsPath, { recursive: true });
    for (let count = 1;; count++) {
      const folder = count === 1 ? name : `${name}_${count}`;
      if (await makeFolder(folder)) return folder;
    }
  } catch (cause) {
    throw new CheckpointError("Cannot make a run folder", {
      where: `${name} (${describeCause(cause)})`,
      fix: "set runsPath to a folder that can be written",
      cause,
    });
  }
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await Deno.mkdir(folder);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return false;
    throw cause;
  }
}

/** Name of a run folder, such as `Nov21_20-22-05_vgg16_netvlad`; for `cgd:SG` it has `cgd-SG`, which any disk can hold. */
export function nameRun(title: string, now: Date): string {
  return `${formatStamp(now)}_${title.replaceAll(":", "-")}`;
}

/** `Nov21_20-22-05` */
function formatStamp(now: Date): string {
  const month = now.toLocaleString("en-US", { month: "short" });
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  return `${month}${two(now.getDate())}_${time.map(two).join("-")}`;
}

/**
 * Takes a run folder for this process alone, removes what a killed one left
 * half-written there, and writes the options of the run.
 *
 * @returns Gives it back. Declare it with `await using`.
 * @throws {CheckpointError} If another process trains this run, or it cannot be written.
 */
export async function openRun(
  run: string,
  flags: RunFlags,
): Promise<AsyncDisposable> {
  const claim = await claimFolder(run, ["checkpoints"]);
  try {
    await writeRunFlags(run, flags);
    return claim;
  } catch (error) {
    await claim[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes the options of a run to its `flags.json`. */
export function writeRunFlags(run: string, flags: RunFlags): Promise<void> {
  return writeTextWhole(
    join(run, "flags.json"),
    JSON.stringify(flags, null, 2) + "\n",
  );
}

/**
 * Reads the options of a run.
 *
 * @param groups Groups of options that have to be there.
 * @throws {CheckpointError} If there is no such run, or its `flags.json` is damaged.
 */
export async function readRunFlags(
  run: string,
  groups: readonly string[] = [],
): Promise<RunFlags> {
  const path = join(run, "flags.json");
  try {
    const flags = JSON.parse(await Deno.readTextFile(path));
    if (!isRecord(flags)) throw new Error("not an object");
    const missing = groups.filter((group) => !isRecord(flags[group]));
    if (missing.length === 0) return flags;
    throw new Error(`it lacks ${missing.join(", ")}`);
  } catch (cause) {
    throw new CheckpointError("Cannot read the options of a run", {
      where: `${path} (${describeCause(cause)})`,
      fix: "give a run folder that was written by the stage train",
      cause,
    });
  }
}

/** Removes the folder of a run that ended before its first checkpoint, and that of all runs if it is empty then. */
export async function removeUnusedRun(run: string): Promise<void> {
  const isThere = (name: CheckpointName): Promise<boolean> =>
    Deno.stat(checkpointFile(run, name)).then(() => true, () => false);
  if (await isThere("latest") || await isThere("best")) return;
  await Deno.remove(run, { recursive: true }).catch(() => {});
  await Deno.remove(folderOf(run)).catch(() => {});
}
