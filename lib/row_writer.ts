/**
 * Files of rows, written as the rows are made: there whole at the end, or not at all.
 *
 * @module
 */
import { CheckpointError, describeCause, ShapeError } from "./errors.ts";
import { checkWritable, folderOf, makeFolder, writeWhole } from "./files.ts";

/** A file that grows by rows of float32. Leaving an `await using` block without `finish` removes it. */
export interface RowWriter extends AsyncDisposable {
  readonly path: string;
  /** Rows written so far. */
  readonly numWritten: number;
  /**
   * Writes the next rows.
   *
   * @param rows `[count, rowLength]`, row-major; any count, not kept.
   * @throws {ShapeError} If they are not whole rows, or more than were announced.
   * @throws {CheckpointError} If the disk is full.
   */
  append(rows: Float32Array<ArrayBuffer>): void;
  /**
   * Completes the file with the rows that it has and gives it its name.
   *
   * @throws {CheckpointError} If the disk is full; nothing is left then.
   */
  finish(): Promise<void>;
}

/** A format of files of rows. */
export interface RowFormat {
  /** Writes rows at the end; `firstRow` of them are there. */
  append(rows: Float32Array<ArrayBuffer>, firstRow: number): void;
  /** Records the number of rows and closes the file. */
  close(numRows: number): void;
}

/**
 * Starts a file of rows.
 *
 * @param path Final name; what is there stays until `finish`.
 * @param shape `[numRows, rowLength]`; fewer rows may be written in the end.
 * @param open Begins the file of a format at the path that it is given.
 * @throws {CheckpointError} If the folder cannot be written.
 */
export async function createRowWriter(
  path: string,
  [numRows, rowLength]: readonly [number, number],
  open: (draft: string) => Promise<RowFormat> | RowFormat,
): Promise<RowWriter> {
  await checkWritable(path);
  const draft = `${path}.${Deno.pid}.rows`;
  const unmakeFolder = await makeFolder(folderOf(path));
  const abandon = async (): Promise<void> => {
    await Deno.remove(draft).catch(() => {});
    await unmakeFolder();
  };
  const fail = async (cause: unknown): Promise<never> => {
    await abandon();
    throw wordFailure(path, cause);
  };
  const format = await Promise.try(open, draft).catch(fail);
  let numWritten = 0;
  let isOpen = true;
  return {
    path,
    get numWritten() {
      return numWritten;
    },
    append: (rows) => {
      const count = rows.length / rowLength;
      if (!Number.isInteger(count) || numWritten + count > numRows) {
        throw new ShapeError(`Cannot append ${rows.length} numbers as rows`, {
          where: `${path}, ${numWritten} of ${numRows} rows written`,
          fix: `append at most ${numRows} rows of ${rowLength} numbers`,
        });
      }
      try {
        format.append(rows, numWritten);
      } catch (cause) {
        throw wordFailure(path, cause);
      }
      numWritten += count;
    },
    finish: async () => {
      isOpen = false;
      await writeWhole(path, (temporary) => {
        format.close(numWritten);
        return Deno.rename(draft, temporary);
      }).catch(fail);
    },
    [Symbol.asyncDispose]: async () => {
      if (!isOpen) return;
      isOpen = false;
      closeQuietly(format, numWritten);
      await abandon();
    },
  };
}

/** Closes a file that is about to be removed: whether its last bytes fit does not matter. */
function closeQuietly(format: RowFormat, numWritten: number): void {
  try {
    format.close(numWritten);
  } catch {
    // The disk may be full, which is why the file is being removed.
  }
}

function wordFailure(path: string, cause: unknown): CheckpointError {
  if (cause instanceof CheckpointError) return cause;
  return new CheckpointError("Cannot write rows to a file", {
    where: `${path} (${describeCause(cause)})`,
    fix: "free disk space, or choose a folder that can be written",
    cause,
  });
}
