/**
 * HDF5 files of global descriptors in the layout of hloc: a group for each image, named after its
 * path from the folder of all images, with the dataset `global_descriptor` `[F]`.
 *
 * Source: cvg/Hierarchical-Localization, hloc/extract_features.py and pairs_from_retrieval.py.
 *
 * @module
 */
import { CheckpointError, ShapeError } from "../errors.ts";
import { type Hdf5File, openHdf5 } from "../hdf5.ts";
import { createHdf5Members } from "../hdf5_members.ts";
import { toFloat32 } from "../number_types.ts";
import type { RowWriter } from "../row_writer.ts";
import type { DescriptorRows } from "./descriptor_rows.ts";
import type { NamedDescriptors } from "./named_descriptors.ts";

const MEMBER = "global_descriptor";

/** Rows that are held at a time, in bytes. */
const BLOCK_BYTES = 2 ** 22;

/**
 * Opens a file of hloc's global descriptors. They may be float16, float32 or float64, and are read
 * when they are asked for.
 *
 * @throws {CheckpointError} If it is not there, is not HDF5, has no global descriptors, or some of
 * different lengths.
 *
 * @example
 * ```ts
 * import { readHlocDescriptors, rowsInMemory, writeHlocDescriptors } from "@whereabouts/whereabouts";
 *
 * const path = `${await Deno.makeTempDir()}/global-feats-netvlad.h5`;
 * const rows = rowsInMemory(Float32Array.of(0.6, 0.8, 1, 0), 2);
 * await writeHlocDescriptors(path, ["db/1.jpg", "query/1.jpg"], rows);
 * using descriptors = await readHlocDescriptors(path);
 * console.log(descriptors.names, descriptors.read(1, 1)); // …, [1, 0]
 * ```
 */
export async function readHlocDescriptors(
  path: string,
): Promise<NamedDescriptors> {
  using stack = new DisposableStack();
  const file = stack.use(await openHdf5(path));
  const rows = openHlocRows(file, file.listDatasets());
  const kept = stack.move();
  return { ...rows, [Symbol.dispose]: () => kept.dispose() };
}

/**
 * Takes an open HDF5 file as one of hloc's global descriptors.
 *
 * @param datasets All that are in it.
 * @throws {CheckpointError} As `readHlocDescriptors`.
 */
export function openHlocRows(
  file: Hdf5File,
  datasets: ReturnType<Hdf5File["listDatasets"]>,
): Omit<NamedDescriptors, keyof Disposable> {
  const found = datasets.filter(({ name }) => name.endsWith(`/${MEMBER}`));
  const rowLength = checkShapes(file.path, datasets, found);
  return {
    path: file.path,
    names: found.map(({ name }) => name.slice(0, -MEMBER.length - 1)),
    numRows: found.length,
    rowLength,
    read: (firstRow, count) => {
      const rows = new Float32Array(count * rowLength);
      for (let i = 0; i < count; i++) {
        const { data } = file.readDataset(found[firstRow + i]!.name);
        rows.set(toFloat32(data), i * rowLength);
      }
      return rows;
    },
  };
}

/** @returns F. */
function checkShapes(
  path: string,
  datasets: ReturnType<Hdf5File["listDatasets"]>,
  found: ReturnType<Hdf5File["listDatasets"]>,
): number {
  const fail = (reason: string): CheckpointError =>
    new CheckpointError("Cannot read global descriptors", {
      where: `${path} (${reason})`,
      fix:
        `give a file of hloc with the dataset ${MEMBER} for each image, or one that the stage extract wrote`,
    });
  const [first] = found;
  if (first === undefined) {
    const others = datasets.slice(0, 3).map(({ name }) => name).join(", ");
    throw fail(`no ${MEMBER}; it has ${others || "no datasets"}`);
  }
  const odd = found.find(({ shape }) =>
    shape.length !== 1 || shape[0] !== first.shape[0] || shape[0] === 0
  );
  if (odd !== undefined) {
    throw fail(
      `${first.name} is [${first.shape.join(", ")}], ${odd.name} [${
        odd.shape.join(", ")
      }]`,
    );
  }
  return first.shape[0]!;
}

/**
 * Writes descriptors as hloc does, in float32.
 *
 * @param names Paths of the images from the folder of all images on, with `/`, `[N]`.
 * @param rows Their descriptors, `[N, F]`.
 * @throws {ShapeError} If there are not as many names as rows.
 * @throws {CheckpointError} If two names are one, or the file cannot be written; what was there stays.
 */
export async function writeHlocDescriptors(
  path: string,
  names: readonly string[],
  rows: DescriptorRows,
): Promise<void> {
  const { numRows, rowLength } = rows;
  if (names.length !== numRows) {
    throw new ShapeError(
      `Cannot write ${numRows} descriptors under ${names.length} names`,
      { where: "argument names", fix: "pass one name for each row" },
    );
  }
  await using file = await createHlocRows(path, names, rowLength);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / (4 * rowLength)));
  for (let row = 0; row < numRows; row += step) {
    const count = Math.min(step, numRows - row);
    file.append(new Float32Array(rows.read(row, count)));
  }
  await file.finish();
}

/**
 * Starts a file of hloc's global descriptors, written as they are made.
 *
 * @throws {CheckpointError} If two names are one, or it cannot be written.
 */
export function createHlocRows(
  path: string,
  names: readonly string[],
  rowLength: number,
): Promise<RowWriter> {
  const seen = new Set<string>();
  for (const name of names) {
    if (isPlain(name) && !seen.has(name)) {
      seen.add(name);
      continue;
    }
    throw new CheckpointError(
      "Cannot write descriptors in the layout of hloc",
      {
        where: `${path}, image ${name} (${
          seen.has(name) ? "named twice" : "no path inside of a folder"
        })`,
        fix:
          "name each image once, by its path from the folder of all images on",
      },
    );
  }
  return createHdf5Members(path, { groups: names, member: MEMBER, rowLength });
}

/** Whether a name is a path from a folder on, written in the one way there is. */
function isPlain(name: string): boolean {
  return name.split("/").every((part) => !["", ".", ".."].includes(part));
}
