/**
 * NumPy's `.npz` files: arrays by name.
 *
 * Source: numpy, lib/npyio.py (`savez`, `savez_compressed`).
 *
 * @module
 */
import { openFileBytes, wrapBytes } from "./file_bytes.ts";
import { type NpyArray, parseNpy } from "./npy.ts";
import { readZipDirectory } from "./zip.ts";

const WORDS = {
  what: "Cannot read a .npz file",
  fix: "save it again with numpy.savez(FILE, name=array), as numbers",
};

/**
 * Reads arrays of numbers out of a `.npz` file, compressed or not.
 *
 * @param names Which; the others are not looked at.
 * @returns By name; those that are not there are left out.
 * @throws {CheckpointError} If the file is not there or damaged, or one of these holds no numbers.
 */
export function readNpz(
  path: string,
  names: readonly string[],
): Map<string, NpyArray> {
  using file = openFileBytes(path, WORDS);
  const entries = readZipDirectory(file);
  const found = names.filter((name) => entries.has(`${name}.npy`));
  return new Map(found.map((name) => {
    const bytes = entries.get(`${name}.npy`)!.read();
    return [name, parseNpy(wrapBytes(bytes, `${path}, ${name}`, WORDS))];
  }));
}
