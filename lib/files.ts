/**
 * Files that are there whole or not at all.
 *
 * @module
 */
import { CheckpointError, describeCause } from "./errors.ts";

/**
 * Writes a file beside its final name and renames it, so that a killed or failed
 * write leaves what was there before.
 *
 * @param path Final name. Its folder is made if need be.
 * @param write Writes the whole content to the path that it is given.
 * @throws {CheckpointError} If the disk is full or the folder cannot be written.
 */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<void> | void,
): Promise<void> {
  const temporary = `${path}.${Deno.pid}.tmp`;
  let unmakeFolder: UnmakeFolder | undefined;
  try {
    unmakeFolder = await makeFolder(folderOf(path));
    await write(temporary);
    await syncFile(temporary);
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    await unmakeFolder?.();
    if (cause instanceof CheckpointError) throw cause;
    throw notWritable(path, cause);
  }
}

/** The error of a file that cannot be written. */
export function notWritable(path: string, cause: unknown): CheckpointError {
  return new CheckpointError("Cannot write a file", {
    where: `${path} (${describeCause(cause)})`,
    fix: "free disk space, or choose a folder that can be written",
    cause,
  });
}

/**
 * Checks that a file can be written, before the work that goes into it. Leaves nothing.
 *
 * @throws {CheckpointError} If it cannot.
 */
export async function checkWritable(path: string): Promise<void> {
  const isFolder = (await Deno.stat(path).catch(() => null))?.isDirectory;
  const probe = `${path}.${Deno.pid}.tmp`;
  try {
    if (isFolder) throw new Error("it is a folder");
    const unmakeFolder = await makeFolder(folderOf(path));
    try {
      await Deno.writeFile(probe, new Uint8Array(1));
    } finally {
      await Deno.remove(probe).catch(() => {});
      await unmakeFolder();
    }
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Removes those folders that were made and are still empty, or empty again. */
export type UnmakeFolder = () => Promise<void>;

/**
 * Makes a folder and those that it is in, as far as they are not there.
 *
 * @returns Takes that back, for when nothing came to lie in it.
 */
export async function makeFolder(folder: string): Promise<UnmakeFolder> {
  const made = await listMissing(folder);
  const unmake = async (): Promise<void> => {
    for (const each of made) await Deno.remove(each).catch(() => {});
  };
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    await unmake();
    throw error;
  }
  return unmake;
}

/** The folder and those it is in that are not there, innermost first. */
async function listMissing(folder: string): Promise<string[]> {
  const isThere = await Deno.stat(folder).then(() => true, () => false);
  const parent = folderOf(folder);
  return isThere || parent === folder
    ? []
    : [folder, ...await listMissing(parent)];
}

/** Writes text with `writeWhole`. */
export function writeTextWhole(path: string, text: string): Promise<void> {
  return writeWhole(path, (temporary) => Deno.writeTextFile(temporary, text));
}

/** Writes bytes with `writeWhole`. */
export function writeBytesWhole(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  return writeWhole(path, (temporary) => Deno.writeFile(temporary, bytes));
}

/** Writes bytes where a file stands, all of them. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

/** Writes bytes part after part with `writeWhole`: no more than one part is held at a time. */
export function writePartsWhole(
  path: string,
  parts: Iterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  return writeWhole(path, (temporary) => {
    using file = Deno.openSync(temporary, {
      write: true,
      create: true,
      truncate: true,
    });
    for (const part of parts) writeAll(file, part);
  });
}

/** The folder of a path: everything before the last slash. */
export function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end > 0 ? path.slice(0, end) : end === 0 ? "/" : ".";
}

/** Whether a file is there. */
export async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => null))?.isFile ?? false;
}

async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}
