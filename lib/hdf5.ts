/**
 * HDF5 files in and out, with read and write permission on those files alone.
 *
 * @module
 */
import { Dataset, Group } from "h5wasm";
import { CheckpointError, describeCause } from "./errors.ts";
import { writeWhole } from "./files.ts";
import { type OpenHdf5, openInHdf5 } from "./hdf5_module.ts";
import { readSlices, shapeOf } from "./hdf5_slices.ts";
import { countElements, type NumberArray } from "./number_types.ts";
import {
  createRowWriter,
  type RowFormat,
  type RowWriter,
} from "./row_writer.ts";

/** Numbers of a dataset, row-major. */
export interface Hdf5Numbers {
  /** Its sizes, none for a single number. */
  shape: number[];
  /** Row-major. */
  data: NumberArray;
}

/** An HDF5 file open for reading. It is closed by `using` or `close()`. */
export interface Hdf5File extends Disposable {
  /** Where it is on disk. */
  readonly path: string;
  /** Every dataset with its shape; names have a slash between group and member. */
  listDatasets(): { name: string; shape: number[] }[];
  /**
   * Reads a dataset of numbers.
   *
   * @throws {CheckpointError} If it is not there, has no numbers, or cannot be read.
   */
  readDataset(name: string): Hdf5Numbers;
  /**
   * Reads part of a dataset: indices `first` to `first + count - 1` of its first dimension.
   *
   * @throws {CheckpointError} As `readDataset`, and if it has fewer rows.
   */
  readRows(name: string, first: number, count: number): Hdf5Numbers;
  /**
   * Reads an attribute.
   *
   * @param object Name of the group or dataset that has it; `/` is the file itself.
   * @returns `undefined` if there is no such object or attribute.
   */
  readAttribute(object: string, name: string): Hdf5Attribute | undefined;
  /** Closes it. */
  close(): void;
}

/** Value of an attribute: text, a number, or a list of either. */
export type Hdf5Attribute = string | number | string[] | number[];

/**
 * Bytes that are read at once: no more than the file holds, compressed well, and a little.
 * A dataset that was never written takes no place in its file, whatever its shape.
 */
const MAX_READ_BYTES = { perFileByte: 16, besides: 2 ** 28 };

/** Bytes of a chunk of rows that are written as they are made. */
const CHUNK_BYTES = 2 ** 19;

/**
 * Opens an HDF5 file for reading. Numbers are read when they are asked for.
 *
 * @throws {CheckpointError} If it is not there, is cut short, or is not HDF5.
 */
export async function openHdf5(path: string): Promise<Hdf5File> {
  const open = await openInHdf5(path, "r").catch((error) => {
    throw wordFailure(path, error);
  });
  const attempt = <Result>(act: () => Result): Result => {
    try {
      return open.guard(act);
    } catch (error) {
      throw wordFailure(path, error);
    }
  };
  const maxBytes = MAX_READ_BYTES.perFileByte * Deno.statSync(path).size +
    MAX_READ_BYTES.besides;
  const close = (): void => {
    try {
      open.close();
    } catch {
      // All that was wanted of a damaged file has been read.
    }
  };
  return {
    path,
    close,
    [Symbol.dispose]: close,
    listDatasets: () => attempt(() => listDatasets(open)),
    readDataset: (name) =>
      attempt(() => {
        const dataset = findDataset(open, name);
        const shape = shapeOf(dataset);
        checkSize(dataset, shape, maxBytes);
        return { shape, data: readSlices(dataset, 0, shape[0] ?? 1) };
      }),
    readRows: (name, first, count) =>
      attempt(() => {
        const dataset = findDataset(open, name);
        checkSize(dataset, [count, ...shapeOf(dataset).slice(1)], maxBytes);
        return readRows(dataset, first, count);
      }),
    readAttribute: (object, name) =>
      attempt(() => readAttribute(open, object, name)),
  };
}

/**
 * Writes an HDF5 file, readable by h5py and the like.
 *
 * @param datasets By name, without slashes.
 * @param attributes Texts that the file itself carries, by name.
 * @throws {CheckpointError} If it cannot be written; what was there stays.
 *
 * @example
 * ```ts
 * import { openHdf5, writeHdf5 } from "@whereabouts/whereabouts";
 *
 * const path = `${await Deno.makeTempDir()}/numbers.h5`;
 * const data = Float32Array.of(1, 2, 3, 4, 5, 6);
 * await writeHdf5(path, { descriptors: { shape: [2, 3], data } });
 * using file = await openHdf5(path);
 * console.log(file.readRows("descriptors", 1, 1).data); // 4, 5, 6
 * ```
 */
export async function writeHdf5(
  path: string,
  datasets: Record<string, { shape: readonly number[]; data: NumberArray }>,
  attributes: Record<string, string> = {},
): Promise<void> {
  await writeWhole(path, async (temporary) => {
    const open = await openInHdf5(temporary, "w");
    try {
      for (const [name, { shape, data }] of Object.entries(datasets)) {
        open.guard(() =>
          open.file.create_dataset({ name, shape: [...shape], data })
        );
      }
      for (const [name, text] of Object.entries(attributes)) {
        open.guard(() => open.file.create_attribute(name, text));
      }
    } finally {
      open.close();
    }
  });
}

/**
 * Starts an HDF5 file with one dataset of float32 rows, written as they are made.
 *
 * @param name Name of the dataset.
 * @param shape `[numRows, rowLength]`; fewer rows may be written in the end.
 * @throws {CheckpointError} If the folder cannot be written.
 */
export function createHdf5Rows(
  path: string,
  name: string,
  [numRows, rowLength]: readonly [number, number],
): Promise<RowWriter> {
  return createRowWriter(
    path,
    [numRows, rowLength],
    async (draft): Promise<RowFormat> => {
      const open = await openInHdf5(draft, "w");
      const dataset = open.guard(() =>
        createGrowing(open, name, [numRows, rowLength])
      );
      return {
        append: (rows, firstRow) =>
          open.guard(() => {
            const end = firstRow + rows.length / rowLength;
            dataset.resize([end, rowLength]);
            dataset.write_slice([[firstRow, end]], rows);
          }),
        close: () => open.close(),
      };
    },
  );
}

function createGrowing(
  { file }: OpenHdf5,
  name: string,
  [numRows, rowLength]: readonly [number, number],
): Dataset {
  const rowsPerChunk = Math.floor(CHUNK_BYTES / (4 * rowLength));
  return file.create_dataset({
    name,
    data: new Float32Array(0),
    shape: [0, rowLength],
    maxshape: [numRows, rowLength],
    chunks: [Math.max(1, Math.min(rowsPerChunk, numRows)), rowLength],
  });
}

function readRows(dataset: Dataset, first: number, count: number): Hdf5Numbers {
  const [numRows = 1, ...rowShape] = shapeOf(dataset);
  if (!(first >= 0 && count >= 0 && first + count <= numRows)) {
    const last = first + count - 1;
    throw new Error(
      `${dataset.path} has ${numRows} rows, not those from ${first} to ${last}`,
    );
  }
  const data = readSlices(dataset, first, count);
  return { shape: [count, ...rowShape], data };
}

function checkSize(
  { path, metadata }: Dataset,
  shape: readonly number[],
  maxBytes: number,
): void {
  const numBytes = countElements(shape) * metadata.size;
  if (numBytes <= maxBytes) return;
  throw new Error(
    `${path} would take ${numBytes} bytes, far more than its file`,
  );
}

function listDatasets({ file }: OpenHdf5): { name: string; shape: number[] }[] {
  return file.paths().flatMap((name) => {
    const object = file.get(name);
    return object instanceof Dataset ? [{ name, shape: shapeOf(object) }] : [];
  });
}

function findDataset(open: OpenHdf5, name: string): Dataset {
  const object = open.file.get(name);
  if (object instanceof Dataset) return object;
  const names = listDatasets(open).map((dataset) => dataset.name);
  throw new Error(`no dataset ${name}; it has ${names.join(", ") || "none"}`);
}

function readAttribute(
  { file }: OpenHdf5,
  object: string,
  name: string,
): Hdf5Attribute | undefined {
  const holder = object === "/" ? file : file.get(object);
  if (!(holder instanceof Group || holder instanceof Dataset)) return undefined;
  return holder.attrs[name]?.json_value as Hdf5Attribute | undefined;
}

function wordFailure(path: string, error: unknown): CheckpointError {
  if (error instanceof CheckpointError) return error;
  return new CheckpointError("Cannot read an HDF5 file", {
    where: `${path} (${describeCause(error)})`,
    fix: "check the path, and copy the file again if it is incomplete",
    cause: error,
  });
}
