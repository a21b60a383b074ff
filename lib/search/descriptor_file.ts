/**
 * Descriptors on disk, row by row: what is made is written, what is needed is read.
 *
 * @module
 */
import { CheckpointError, describeCause } from "../errors.ts";
import { writeAll } from "../files.ts";

/** A file of float32 rows, `[numRows, rowLength]`, read and written in slices. */
export interface DescriptorFile {
  readonly path: string;
  readonly numRows: number;
  readonly rowLength: number;
  /**
   * Writes rows from `firstRow` on.
   *
   * @param rows Row-major, a multiple of `rowLength`.
   */
  write(firstRow: number, rows: Float32Array): void;
  /**
   * Reads `count` rows from `firstRow` on.
   *
   * @returns `[count, rowLength]` row-major; the caller owns it.
   */
  read(firstRow: number, count: number): Float32Array;
  /** Closes the file, and removes it if it was opened as temporary. */
  close(): void;
}

/**
 * Creates a file of rows, all zero, and opens it for writing and reading.
 *
 * @param path Where it goes; what is there is replaced.
 * @param shape `[numRows, rowLength]`.
 * @param options `temporary` removes the file when it is closed.
 * @throws {CheckpointError} If the disk is full or the folder cannot be written.
 */
export function createDescriptorFile(
  path: string,
  [numRows, rowLength]: readonly [number, number],
  { temporary = false }: { temporary?: boolean } = {},
): DescriptorFile {
  const rowBytes = rowLength * 4;
  const guard = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (cause) {
      throw new CheckpointError("Cannot keep descriptors on disk", {
        where: `${path} (${describeCause(cause)})`,
        fix: `free ${
          Math.ceil(numRows * rowBytes / 1e6)
        } MB of disk space there, or choose another folder`,
        cause,
      });
    }
  };
  const file = guard(() =>
    Deno.openSync(path, {
      read: true,
      write: true,
      create: true,
      truncate: true,
    })
  );
  guard(() => file.truncateSync(numRows * rowBytes));
  return {
    path,
    numRows,
    rowLength,
    write: (firstRow, rows) =>
      guard(() => {
        file.seekSync(firstRow * rowBytes, Deno.SeekMode.Start);
        writeAll(file, asBytes(rows));
      }),
    read: (firstRow, count) =>
      guard(() => {
        const rows = new Float32Array(count * rowLength);
        file.seekSync(firstRow * rowBytes, Deno.SeekMode.Start);
        readAll(file, asBytes(rows));
        return rows;
      }),
    close: () => {
      file.close();
      if (temporary) Deno.removeSync(path);
    },
  };
}

function asBytes(rows: Float32Array): Uint8Array {
  return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
}

function readAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null) throw new Error("the file ends early");
    at += count;
  }
}
