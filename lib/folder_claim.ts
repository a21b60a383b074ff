/**
 * Folders that one process at a time works in.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError, describeCause } from "./errors.ts";
import { makeFolder } from "./files.ts";

/** File that is locked as long as its process lives, however it ends. */
const LOCK = "in_use.lock";

/** What a killed process leaves: files that are being written, and folders for what is needed while a stage runs. */
const LEFTOVER = /\.\d+\.tmp$|^cache-.*\.tmp$/;

/**
 * Takes a folder for this process alone, and removes what a killed one left half-written there.
 *
 * @param folder Made if need be, and removed again in the end if it is empty.
 * @param parts Folders in it that belong to the same work.
 * @returns Gives it back. Declare it with `await using`.
 * @throws {CheckpointError} If another process has it, or it cannot be written.
 */
export async function claimFolder(
  folder: string,
  parts: readonly string[] = [],
): Promise<AsyncDisposable> {
  const path = join(folder, LOCK);
  const unmakeFolder = await makeFolder(folder).catch((cause) => {
    throw notTaken(path, cause);
  });
  const lock = await takeLock(path).catch(async (error) => {
    await unmakeFolder();
    throw error;
  });
  if (lock.isHeld) {
    for (const part of ["", ...parts]) {
      await removeLeftovers(join(folder, part));
    }
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await Deno.remove(path).catch(() => {});
      lock.file.close();
      await unmakeFolder();
    },
  };
}

/** A file system without locks cannot tell: nothing is held then, and nobody kept out. */
async function takeLock(
  path: string,
): Promise<{ file: Deno.FsFile; isHeld: boolean }> {
  const file = await Deno.open(path, { write: true, create: true })
    .catch((cause) => {
      throw notTaken(path, cause);
    });
  const isFree = await file.tryLock(true).catch(() => undefined);
  if (isFree !== false) return { file, isHeld: isFree === true };
  file.close();
  throw new CheckpointError("Cannot work where another process does", {
    where: path,
    fix: "wait until it ends, or choose another folder",
  });
}

function notTaken(path: string, cause: unknown): CheckpointError {
  return new CheckpointError("Cannot write a file", {
    where: `${path} (${describeCause(cause)})`,
    fix: "choose a folder that can be written",
    cause,
  });
}

async function removeLeftovers(folder: string): Promise<void> {
  const isThere = await Deno.stat(folder).then(() => true, () => false);
  if (!isThere) return;
  for await (const { name } of Deno.readDir(folder)) {
    if (!LEFTOVER.test(name)) continue;
    await Deno.remove(join(folder, name), { recursive: true });
  }
}
