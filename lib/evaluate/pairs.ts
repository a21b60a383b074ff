/**
 * Files of image pairs as hloc writes them: a query and a database image on each line, the nearest first.
 *
 * Source: cvg/Hierarchical-Localization, hloc/pairs_from_retrieval.py and hloc/utils/parsers.py.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { CheckpointError, DatasetError, describeCause } from "../errors.ts";
import { writeWhole } from "../files.ts";
import { nameFrom } from "../image_names.ts";
import { readLines } from "../text_lines.ts";
import { type DatasetPredictions, listPredictions } from "./predictions.ts";

/** Names of database images for the name of each query, the nearest first. */
export type Pairs = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a file of pairs. Lines of one query need not follow each other: their order is the ranking.
 *
 * @throws {DatasetError} If it is not there, is empty, has a line that is no pair, or one twice; it
 * says which.
 *
 * @example
 * ```ts
 * import { readPairs, writePairs } from "@whereabouts/whereabouts";
 *
 * const path = `${await Deno.makeTempDir()}/pairs.txt`;
 * await writePairs(path, [["query/1.jpg", ["db/7.jpg", "db/2.jpg"]]]);
 * const pairs = await readPairs(path);
 * console.log(pairs.get("query/1.jpg")); // [ "db/7.jpg", "db/2.jpg" ]
 * ```
 */
export async function readPairs(path: string): Promise<Pairs> {
  const fail = (reason: string): DatasetError =>
    new DatasetError("Cannot read pairs of images", {
      where: `${path} (${reason})`,
      fix:
        "give a text file with the names of a query and a database image on each line, a space between them",
    });
  const pairs = new Map<string, Set<string>>();
  const names = new Map<string, string>(); // each name is held once
  let number = 0;
  const lines = readLines(path);
  while (true) {
    const { value: line, done } = await lines.next().catch((cause) => {
      throw fail(describeCause(cause));
    });
    if (done) break;
    number++;
    const [query, found, ...more] = line.split(/\s+/).filter(Boolean);
    if (query === undefined) continue;
    if (found === undefined || more.length > 0) {
      throw fail(`line ${number} is "${line}"`);
    }
    const ranked = pairs.get(query) ?? new Set();
    if (ranked.has(found)) throw fail(`line ${number} repeats a pair`);
    if (!names.has(found)) names.set(found, found);
    pairs.set(query, ranked.add(names.get(found)!));
  }
  if (pairs.size === 0) throw fail("it is empty");
  return new Map([...pairs].map(([query, ranked]) => [query, [...ranked]]));
}

/**
 * Writes a file of pairs, as hloc reads it.
 *
 * @param pairs Names of database images for each query, the nearest first.
 * @throws {CheckpointError} If a name has a space, which the file has between names, or the file
 * cannot be written; what was there stays.
 */
export async function writePairs(
  path: string,
  pairs: Iterable<readonly [string, readonly string[]]>,
): Promise<void> {
  await writeWhole(
    path,
    (temporary) =>
      Deno.writeTextFile(
        temporary,
        ReadableStream.from(pairLines(path, pairs)),
      ),
  );
}

function* pairLines(
  path: string,
  pairs: Iterable<readonly [string, readonly string[]]>,
): Generator<string, void> {
  for (const [query, ranked] of pairs) {
    for (const name of [query, ...ranked]) checkName(path, name);
    yield ranked.map((name) => `${query} ${name}\n`).join("");
  }
}

function checkName(path: string, name: string): void {
  if (/^\S+$/.test(name)) return;
  throw new CheckpointError("Cannot write pairs of images", {
    where: `${path}, image "${name}"`,
    fix: "give images names without spaces: the file has them between names",
  });
}

/**
 * Checks that the images of a dataset can be named in a file of pairs, before the work that goes into it.
 *
 * @param path The file.
 * @param root Folder that names start from.
 * @throws {OptionsError} If an image is not in that folder.
 * @throws {CheckpointError} If a name has a space.
 */
export function checkPairNames(
  path: string,
  { queries, database }: PlaceDataset,
  root: string,
): void {
  for (const { paths } of [queries, database]) {
    for (const image of paths) checkName(path, nameFrom(root, image));
  }
}

/** Which pairs are listed. */
export interface ListPairsOptions {
  /** Predictions of each query, at most. */
  count: number;
  /** Folder that names start from. */
  root: string;
}

/**
 * Lists predictions as pairs, named by their paths from a folder on.
 *
 * @throws {OptionsError} If an image is not in that folder.
 */
export function* listPairs(
  found: DatasetPredictions,
  { count, root }: ListPairsOptions,
): Generator<[string, string[]], void> {
  for (const [query, path] of found.dataset.queries.paths.entries()) {
    const ranked = listPredictions(found, query).slice(0, count);
    yield [
      nameFrom(root, path),
      ranked.map(({ database }) => nameFrom(root, database)),
    ];
  }
}
