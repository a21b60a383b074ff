/**
 * The two containers of `torch.save`: a zip archive, and before PyTorch 1.6 a row of pickles.
 *
 * Both hold one pickle of everything but the numbers, and the numbers of each storage
 * apart. Only the pickle is read here; of the storages, only where they are.
 *
 * Source: pytorch/pytorch, torch/serialization.py.
 *
 * @module
 */
import type { FileBytes } from "../../file_bytes.ts";
import { type PickleRules, readPickle } from "../../pickle.ts";
import { PickleCursor } from "../../pickle_cursor.ts";
import { isDict } from "../../pickle_values.ts";
import { readZipDirectory, type ZipEntry } from "../../zip.ts";

/** A storage that the pickle refers to. */
export interface Storage {
  readonly key: string;
  readonly bytesPerNumber: number;
  readonly numElements: number;
  /** Where its bytes begin in the file; known when the container has been read. */
  at: number;
}

/** The first bytes of a zip archive. */
const ZIP_MAGIC: readonly number[] = [0x50, 0x4b, 0x03, 0x04];

/** The first number of the older container. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;

/** No names at all: the pickles around the one with the content are plain data. */
const PLAIN: PickleRules = {
  globals: new Map(),
  resolveId: () => null,
  applyState: () => {},
};

/**
 * Reads the pickle of a container and finds its storages.
 *
 * @param rules Read the pickle, and gather in `storages` those that it refers to.
 * @param storages By key; their `at` is filled in.
 * @throws {CheckpointError} If the file is neither container, or is malformed or cut short.
 */
export function readContainer(
  file: FileBytes,
  rules: PickleRules,
  storages: ReadonlyMap<string, Storage>,
): unknown {
  const start = file.read(0, Math.min(4, file.size));
  const isZip = ZIP_MAGIC.every((byte, i) => start[i] === byte);
  return isZip
    ? readZip(file, rules, storages)
    : readLegacy(file, rules, storages);
}

function readZip(
  file: FileBytes,
  rules: PickleRules,
  storages: ReadonlyMap<string, Storage>,
): unknown {
  const entries = readZipDirectory(file);
  const name = [...entries.keys()].find((key) =>
    /^[^/]+\/data\.pkl$/.test(key)
  );
  if (name === undefined) throw file.fail("it is a zip without data.pkl");
  const folder = name.slice(0, -"data.pkl".length);
  checkByteOrder(file, entries.get(`${folder}byteorder`));

  const { at, numBytes } = entries.get(name)!.locate();
  const value = readPickle(new PickleCursor(file, at, at + numBytes), rules);
  for (const storage of storages.values()) {
    const place = entries.get(`${folder}data/${storage.key}`)?.locate();
    if (place === undefined || place.numBytes < sizeOf(storage)) {
      throw file.fail(`storage ${storage.key} is missing or too short`);
    }
    storage.at = place.at;
  }
  checkApart(file, [...storages.values()]);
  return value;
}

/** No two storages share bytes: otherwise a small file holds any number of large ones. */
function checkApart(file: FileBytes, storages: Storage[]): void {
  storages.sort((a, b) => a.at - b.at);
  for (const [i, storage] of storages.slice(1).entries()) {
    const before = storages[i]!;
    if (before.at + sizeOf(before) > storage.at) {
      throw file.fail(`storages ${before.key} and ${storage.key} overlap`);
    }
  }
}

function checkByteOrder(file: FileBytes, entry: ZipEntry | undefined): void {
  if (entry === undefined) return;
  const { at, numBytes } = entry.locate();
  const order = new TextDecoder().decode(file.read(at, Math.min(numBytes, 10)));
  if (order !== "little") throw file.fail(`its byte order is ${order}`);
}

function readLegacy(
  file: FileBytes,
  rules: PickleRules,
  storages: ReadonlyMap<string, Storage>,
): unknown {
  let at = 0;
  const next = (nextRules: PickleRules): unknown => {
    const cursor = new PickleCursor(file, at, file.size);
    const value = readPickle(cursor, nextRules);
    at = cursor.position();
    return value;
  };
  if (next(PLAIN) !== LEGACY_MAGIC) {
    throw file.fail("it does not begin like a file of torch.save");
  }
  next(PLAIN); // version of the container, 1001 in every file
  const system = next(PLAIN);
  if (!isDict(system) || system["little_endian"] !== true) {
    throw file.fail("its byte order is not little");
  }
  const value = next(rules);
  const keys = next(PLAIN);
  if (!isTexts(keys)) throw file.fail("it has no list of storages");
  placeLegacy(file, keys, storages, at);
  return value;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((key) => typeof key === "string");
}

/** Storages follow each other, each behind its number of elements. */
function placeLegacy(
  file: FileBytes,
  keys: readonly string[],
  storages: ReadonlyMap<string, Storage>,
  start: number,
): void {
  const found = new Set(keys);
  if (found.size < keys.length) throw file.fail("it has a storage twice");
  const lost = [...storages.keys()].find((key) => !found.has(key));
  if (lost !== undefined) throw file.fail(`storage ${lost} is missing`);
  let at = start;
  for (const key of keys) {
    const storage = storages.get(key);
    const count = new DataView(file.read(at, 8).buffer).getBigUint64(0, true);
    if (storage === undefined || Number(count) !== storage.numElements) {
      throw file.fail(`storage ${key} is of another size than its tensors say`);
    }
    storage.at = at + 8;
    at = storage.at + sizeOf(storage);
  }
  if (at > file.size) throw file.fail("its last storage is cut short");
}

function sizeOf({ numElements, bytesPerNumber }: Storage): number {
  return numElements * bytesPerNumber;
}
