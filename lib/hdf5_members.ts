/**
 * HDF5 files with a group for each of many things, and a row of numbers in each group.
 *
 * @module
 */
import type { Group } from "h5wasm";
import { type OpenHdf5, openInHdf5 } from "./hdf5_module.ts";
import {
  createRowWriter,
  type RowFormat,
  type RowWriter,
} from "./row_writer.ts";

/** The groups of a file, and what each has. */
export interface Hdf5Members {
  /** Names of the groups, in the order of the rows; a slash makes a group inside a group. */
  groups: readonly string[];
  /** Name of the dataset in each, a row of float32. */
  member: string;
  /** Numbers of a row. */
  rowLength: number;
}

/**
 * Starts an HDF5 file with one group and dataset for each row, written as they are made.
 *
 * @throws {CheckpointError} If the folder cannot be written.
 */
export function createHdf5Members(
  path: string,
  { groups, member, rowLength }: Hdf5Members,
): Promise<RowWriter> {
  return createRowWriter(
    path,
    [groups.length, rowLength],
    async (draft): Promise<RowFormat> => {
      const open = await openInHdf5(draft, "w");
      const made = new Set<string>();
      return {
        append: (rows, firstRow) =>
          open.guard(() => {
            for (let at = 0; at < rows.length; at += rowLength) {
              makeGroup(open, groups[firstRow + at / rowLength]!, made)
                .create_dataset({
                  name: member,
                  shape: [rowLength],
                  data: rows.subarray(at, at + rowLength),
                });
            }
          }),
        close: () => open.close(),
      };
    },
  );
}

/** Makes a group and those that it is in, as far as they are not there. */
function makeGroup(
  { file }: OpenHdf5,
  name: string,
  made: Set<string>,
): Group {
  for (let end = 0; end >= 0;) {
    end = name.indexOf("/", end + 1);
    const group = end < 0 ? name : name.slice(0, end);
    if (made.has(group)) continue;
    file.create_group(group);
    made.add(group);
  }
  return file.get(name) as Group;
}
