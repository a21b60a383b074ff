/**
 * A file that is being fetched, kept until all of it is there, and the SHA-256 of what is there.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { CheckpointError, describeCause } from "../../errors.ts";
import {
  folderOf,
  makeFolder,
  notWritable,
  type UnmakeFolder,
  writeAll,
} from "../../files.ts";
import { progress, type ProgressEvent } from "../../progress.ts";

/** The part of a file that is there. Leaving a `using` block keeps it for another time. */
export interface PartFile extends AsyncDisposable {
  /** Bytes that are there. */
  readonly size: number;
  /** Reads what an earlier process left, for its hash. */
  readAgain(): AsyncGenerator<ProgressEvent, void>;
  /** Adds bytes at its end. */
  append(bytes: Uint8Array): void;
  /** Throws all of it away and begins anew. */
  restart(): void;
  /** The SHA-256 of what is there, in hexadecimal digits. */
  sha256(): string;
  /** Gives the file its name. */
  finish(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/** Bytes that are read at a time. */
const READ_BYTES = 2 ** 22;

/** What the file is called while it is not whole, after its final name. */
export const PART_SUFFIX = ".part";

/**
 * Opens the part of a file that is there, or begins one. One process at a time has it.
 *
 * @param path Final name.
 * @throws {CheckpointError} If it cannot be written, or another process has it.
 */
export async function openPartFile(path: string): Promise<PartFile> {
  const name = `${path}${PART_SUFFIX}`;
  const { file, unmakeFolder } = await openLocked(name);
  let hash = createHash("sha256");
  let size = 0;
  let isOpen = true;
  const guard = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (cause) {
      throw notWritable(name, cause);
    }
  };
  const close = (): void => {
    if (isOpen) file.close();
    isOpen = false;
  };
  const discard = async (): Promise<void> => {
    close();
    await Deno.remove(name).catch(() => {});
    await unmakeFolder();
  };
  return {
    get size() {
      return size;
    },
    readAgain: async function* (): AsyncGenerator<ProgressEvent, void> {
      for await (const { bytes, event } of readPieces(file, path)) {
        hash.update(bytes);
        size += bytes.length;
        yield event;
      }
    },
    append: (bytes) => {
      guard(() => writeAll(file, bytes));
      hash.update(bytes);
      size += bytes.length;
    },
    restart: () => {
      guard(() => {
        file.truncateSync(0);
        file.seekSync(0, Deno.SeekMode.Start);
      });
      hash = createHash("sha256");
      size = 0;
    },
    sha256: () => hash.copy().digest("hex"),
    finish: async () => {
      guard(() => file.syncSync());
      close();
      await Deno.rename(name, path).catch((cause) => {
        throw notWritable(path, cause);
      });
    },
    discard,
    [Symbol.asyncDispose]: async () => {
      if (isOpen && size === 0) await discard();
      close();
    },
  };
}

/**
 * Computes the SHA-256 of a file.
 *
 * @returns Hexadecimal digits.
 * @throws {CheckpointError} If it cannot be read.
 */
export async function* hashFile(
  path: string,
): AsyncGenerator<ProgressEvent, string> {
  const hash = createHash("sha256");
  try {
    using file = Deno.openSync(path);
    for await (const { bytes, event } of readPieces(file, path)) {
      hash.update(bytes);
      yield event;
    }
  } catch (cause) {
    throw new CheckpointError("Cannot read weights", {
      where: `${path} (${describeCause(cause)})`,
      fix: "give a file that can be read",
      cause,
    });
  }
  return hash.digest("hex");
}

async function* readPieces(
  file: Deno.FsFile,
  path: string,
): AsyncGenerator<{ bytes: Uint8Array; event: ProgressEvent }, void> {
  const phase = `check ${path}`;
  const { size } = await file.stat();
  const buffer = new Uint8Array(READ_BYTES);
  for (let done = 0; done < size;) {
    const count = await file.read(buffer);
    if (count === null) return;
    done += count;
    const bytes = buffer.subarray(0, count);
    yield { bytes, event: progress(phase, done, size, "bytes") };
  }
}

async function openLocked(
  name: string,
): Promise<{ file: Deno.FsFile; unmakeFolder: UnmakeFolder }> {
  let unmakeFolder: UnmakeFolder | undefined;
  try {
    unmakeFolder = await makeFolder(folderOf(name));
    const file = await Deno.open(name, {
      read: true,
      write: true,
      create: true,
    });
    // A file system without locks cannot tell: nobody is kept out then.
    const isFree = await file.tryLock(true).catch(() => true);
    if (isFree) return { file, unmakeFolder };
    file.close();
  } catch (cause) {
    await unmakeFolder?.();
    throw notWritable(name, cause);
  }
  throw new CheckpointError("Cannot download a file twice at once", {
    where: `${name} is in use by another process`,
    fix: "wait for that one",
  });
}
