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
  try {
    await Deno.mkdir(folderOf(path), { recursive: true });
    await write(temporary);
    await syncFile(temporary);
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    if (cause instanceof CheckpointError) throw cause;
    throw new CheckpointError("Cannot write a file", {
      where: `${path} (${describeCause(cause)})`,
      fix: "free disk space, or choose a folder that can be written",
      cause,
    });
  }
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

/** The folder of a path: everything before the last slash. */
export function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end > 0 ? path.slice(0, end) : end === 0 ? "/" : ".";
}

async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}
