/**
 * Checks the machine: Deno, memory, and the disk that runs go to.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { checkWritable, folderOf } from "../files.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  troubleOf,
  warns,
} from "./finding.ts";
import { formatBytes } from "./format.ts";

/** The first version of Deno that has all that is used here. */
const NEEDED_DENO = [2, 9] as const;
/** The version that everything is tested with. */
const TESTED_DENO = "2.9.6";
/** Less free memory than the smallest stage needs. */
const LEAST_MEMORY_BYTES = 0.5e9;
/** Less free disk than a run of the demo needs. */
const LEAST_DISK_BYTES = 0.2e9;

/** What is known of the machine. */
export interface Machine {
  /** Version of Deno. */
  deno: string;
  /** Processors, as Deno counts them. */
  processors: number;
  /** Memory that is free, and all of it; null if it may not be asked for. */
  memory: { freeBytes: number; totalBytes: number } | null;
  /** Disk space that is free where runs go; null if it may not be asked for. */
  diskFreeBytes: number | null;
}

/**
 * Checks the machine. Writes one byte where runs go, and removes it again.
 *
 * @param runsPath Folder of runs, which need not be there.
 */
export async function* checkMachine(
  runsPath: string,
): AsyncGenerator<FindingEvent, Machine> {
  yield checkDeno(Deno.version.deno);
  const memory = readMemory();
  yield checkMemory(memory);
  const diskFreeBytes = await readDiskFree(runsPath);
  yield await checkDisk(runsPath, diskFreeBytes);
  return {
    deno: Deno.version.deno,
    processors: navigator.hardwareConcurrency,
    memory,
    diskFreeBytes,
  };
}

/** Whether a version of Deno is new enough. */
export function checkDeno(version: string): FindingEvent {
  const name: CheckName = { topic: "machine", check: "deno" };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor, neededMinor] = NEEDED_DENO;
  const isEnough = major > neededMajor ||
    (major === neededMajor && minor >= neededMinor);
  return isEnough ? fine(name, `Deno ${version}`) : fails(name, {
    what: `Deno ${version} is too old`,
    where: `needed is ${NEEDED_DENO.join(".")} or later`,
    fix: `install Deno ${TESTED_DENO}: \`deno upgrade ${TESTED_DENO}\``,
  });
}

function readMemory(): Machine["memory"] {
  try {
    const { available, total } = Deno.systemMemoryInfo();
    return { freeBytes: available, totalBytes: total };
  } catch {
    return null;
  }
}

/** Whether there is memory enough for anything. */
export function checkMemory(memory: Machine["memory"]): FindingEvent {
  const name: CheckName = { topic: "machine", check: "memory" };
  if (memory === null) return fine(name, "free memory is not known");
  const { freeBytes, totalBytes } = memory;
  const what = `${formatBytes(freeBytes)} of ${
    formatBytes(totalBytes)
  } memory are free`;
  return freeBytes >= LEAST_MEMORY_BYTES ? fine(name, what) : warns(name, {
    what: `only ${what}`,
    where: "this machine",
    fix: "end other programs: the smallest stage needs about 0.5 GB",
  });
}

/** Disk space that is free in a folder, or in the one that it would be made in. */
async function readDiskFree(folder: string): Promise<number | null> {
  let path = resolve(folder);
  while (!await Deno.stat(path).then(() => true, () => false)) {
    if (folderOf(path) === path) return null;
    path = folderOf(path);
  }
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

async function checkDisk(
  runsPath: string,
  freeBytes: number | null,
): Promise<FindingEvent> {
  const name: CheckName = { topic: "machine", check: "disk" };
  try {
    await checkWritable(`${runsPath}/doctor`);
  } catch (error) {
    return fails(name, troubleOf(error));
  }
  if (freeBytes === null) {
    return fine(name, `${runsPath} can be written; its free space is unknown`);
  }
  const what = `${formatBytes(freeBytes)} of disk are free in ${runsPath}`;
  return freeBytes >= LEAST_DISK_BYTES ? fine(name, what) : warns(name, {
    what: `only ${what}`,
    where: runsPath,
    fix: "free disk space, or set runsPath to a folder on another disk",
  });
}
