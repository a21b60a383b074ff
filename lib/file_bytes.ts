/**
 * Files read a piece at a time, at any place.
 *
 * @module
 */
import { CheckpointError, describeCause } from "./errors.ts";

/** A file open for reading. It is closed by `using` or `close()`. */
export interface FileBytes extends Disposable {
  readonly path: string;
  /** Bytes in the file. */
  readonly size: number;
  /**
   * Reads bytes; the caller owns them.
   *
   * @throws {CheckpointError} If the file does not hold them.
   */
  read(at: number, count: number): Uint8Array<ArrayBuffer>;
  /** The error for content that is wrong, with the reason in `where`. */
  fail(reason: string): CheckpointError;
  close(): void;
}

/** Letters of a reason that are shown: what a file holds may be of any length. */
const MAX_REASON_LETTERS = 400;

/** What an error says of the file: both are the format's to word. */
export interface FileWords {
  /** What cannot be done, such as "Cannot read a safetensors file". */
  what: string;
  /** What to do about content that is wrong. */
  fix: string;
  /** What to do about a file that is not there or may not be read, if more than to check the path. */
  absent?: string | undefined;
}

/**
 * Opens a file for reading at any place.
 *
 * @throws {CheckpointError} If it is not there or may not be read.
 */
export function openFileBytes(path: string, words: FileWords): FileBytes {
  const file = openFile(path, words);
  const size = file.statSync().size;
  const fail = createFail(path, words);
  const close = (): void => file.close();
  return {
    path,
    size,
    fail,
    close,
    [Symbol.dispose]: close,
    read: (at, count) => {
      if (!(at >= 0 && count >= 0 && at + count <= size)) {
        throw fail(`it ends early: ${size} bytes`);
      }
      const bytes = new Uint8Array(count);
      file.seekSync(at, Deno.SeekMode.Start);
      for (let done = 0; done < count;) {
        const read = file.readSync(bytes.subarray(done));
        if (read === null) throw fail("it became shorter while it was read");
        done += read;
      }
      return bytes;
    },
  };
}

/**
 * Reads bytes in memory as a file.
 *
 * @param path What errors call it.
 */
export function wrapBytes(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  words: FileWords,
): FileBytes {
  const fail = createFail(path, words);
  const { length: size } = bytes;
  return {
    path,
    size,
    fail,
    close: () => {},
    [Symbol.dispose]: () => {},
    read: (at, count) => {
      if (at >= 0 && count >= 0 && at + count <= size) {
        return bytes.slice(at, at + count);
      }
      throw fail(`it ends early: ${size} bytes`);
    },
  };
}

function createFail(
  path: string,
  { what, fix }: FileWords,
): FileBytes["fail"] {
  return (reason) =>
    new CheckpointError(what, { where: `${path} (${shorten(reason)})`, fix });
}

function shorten(text: string): string {
  return text.length > MAX_REASON_LETTERS
    ? `${text.slice(0, MAX_REASON_LETTERS)} …`
    : text;
}

function openFile(
  path: string,
  {
    what,
    absent = "check the path; give a file that is there and can be read",
  }: FileWords,
): Deno.FsFile {
  try {
    if (Deno.statSync(path).isDirectory) throw new Error("it is a folder");
    return Deno.openSync(path);
  } catch (cause) {
    throw new CheckpointError(what, {
      where: `${path} (${describeCause(cause)})`,
      fix: absent,
      cause,
    });
  }
}
