/**
 * Files of descriptors of any kind that is known here, told apart by content.
 *
 * @module
 */
import { CheckpointError, describeCause } from "../errors.ts";
import { type Hdf5File, openHdf5 } from "../hdf5.ts";
import { openNpyRows } from "../npy.ts";
import { toFloat32 } from "../number_types.ts";
import { readLines } from "../text_lines.ts";
import type { DescriptorRows } from "./descriptor_rows.ts";
import { openHlocRows } from "./hloc_descriptors.ts";
import { type NamedDescriptors, namesFileOf } from "./named_descriptors.ts";

/** Dataset of rows in an HDF5 file that the stage *extract* writes. */
export const ROWS_DATASET = "descriptors";

/**
 * Opens a file of descriptors: HDF5 in the layout of hloc, or HDF5 or `.npy` as the stage *extract*
 * writes them, with the text file of image names beside it. Rows are read when they are asked for.
 *
 * @throws {CheckpointError} If it is not there, is of no known kind or damaged, or has no names.
 */
export async function readDescriptors(path: string): Promise<NamedDescriptors> {
  using stack = new DisposableStack();
  const rows: StoredRows = path.toLowerCase().endsWith(".npy")
    ? stack.use(openNpyRows(path))
    : openHdf5Rows(stack.use(await openHdf5(path)));
  const names = rows.names ?? await readNames(path, rows);
  const { numRows, rowLength } = rows;
  const kept = stack.move();
  return {
    ...{ path, names, numRows, rowLength },
    read: (first, count) => rows.read(first, count),
    [Symbol.dispose]: () => kept.dispose(),
  };
}

/** Rows, with the names of their images where their file has them. */
type StoredRows = DescriptorRows & Partial<Pick<NamedDescriptors, "names">>;

function openHdf5Rows(
  file: Hdf5File,
): StoredRows {
  const datasets = file.listDatasets();
  const found = datasets.find(({ name }) => name === ROWS_DATASET);
  if (found === undefined) return openHlocRows(file, datasets);
  const [numRows, rowLength, ...more] = found.shape;
  if (rowLength === undefined || more.length > 0) {
    throw new CheckpointError("Cannot read rows of descriptors", {
      where: `${file.path} (${ROWS_DATASET} is [${found.shape.join(", ")}])`,
      fix: "give a file that the stage extract wrote, [N, F]",
    });
  }
  return {
    numRows: numRows!,
    rowLength,
    read: (first, count) =>
      toFloat32(file.readRows(ROWS_DATASET, first, count).data),
  };
}

/** The names beside a file of rows. */
async function readNames(
  path: string,
  { numRows }: DescriptorRows,
): Promise<string[]> {
  const file = namesFileOf(path);
  const fail = (reason: string): CheckpointError =>
    new CheckpointError("Cannot tell which images descriptors are of", {
      where: `${file} (${reason})`,
      fix: `keep it beside ${path}: the name of an image for each row`,
    });
  const lines = await Array.fromAsync(readLines(file)).catch((cause) => {
    throw fail(describeCause(cause));
  });
  const names = lines.filter((line) => line !== "");
  if (names.length === numRows) return names;
  throw fail(`${names.length} names for ${numRows} rows`);
}
