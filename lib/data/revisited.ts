/**
 * Revisited Oxford and Paris: a database without the queries, and three grades of difficulty.
 *
 * @module
 */
import { join } from "node:path";
import { DatasetError, describeCause } from "../errors.ts";
import { openFileBytes } from "../file_bytes.ts";
import { describeFolder, isFolder } from "../folders.ts";
import { NumpyArray, readNumpyPickle } from "../numpy_pickle.ts";
import { isDict } from "../pickle_values.ts";
import type { ImageBox, ListedTruth, PlaceDataset } from "./dataset.ts";
import { readTextOf } from "./list_images.ts";
import {
  checkIndices,
  inDataset,
  LISTED,
  withoutPositions,
} from "./name_lists.ts";
import { checkPlaceDataset, nameOfFolder } from "./places.ts";
import { toNeighbors } from "./radius.ts";
import { isRecord } from "../record.ts";

const TRUTH_FILE = /^gnd_.*\.(pkl|json)$/;
const IMAGE_ENDING = /\.(jpe?g|png|webp)$/i;
const WORDS = {
  what: "Cannot read a revisited ground truth",
  fix:
    "give gnd_NAME.pkl as its authors publish it, or a .json of the same: imlist, qimlist, and gnd with bbx, easy, hard and junk of each query",
};

/** The lists of a query by grade of difficulty: database indices. */
interface GradedQuery {
  box: ImageBox;
  easy: number[];
  hard: number[];
  junk: number[];
}

/**
 * Reads `gnd_NAME.pkl` (or `.json` of the same content) in a folder, and names the images in
 * its folder `jpg`, or in itself where there is none. Of the grades, `easy` counts easy images and
 * ignores hard ones, `medium` counts both, `hard` counts hard images and ignores easy ones; all ignore
 * junk. The truth of predictions is `medium`.
 *
 * @throws {DatasetError} If the file or the first image is missing, or it is malformed, or refers to a Python name that is no number or array.
 *
 * Source: Radenović et al., Revisiting Oxford and Paris, CVPR 2018; revisitop, example_evaluate.py.
 */
export async function readRevisitedDataset(
  dataPath: string,
): Promise<PlaceDataset> {
  const file = await findTruthFile(dataPath);
  const content = toPlain(await readContent(file));
  const { imlist, qimlist, gnd } = isRecord(content) ? content : {};
  if (!isNames(imlist) || !isNames(qimlist) || !Array.isArray(gnd)) {
    throw notUsable(file, "it has no imlist, qimlist and gnd");
  }
  const queries = gnd.map((query, i) => parseQuery(query, i, file));
  if (queries.length !== qimlist.length) {
    throw notUsable(
      file,
      `gnd has ${queries.length} queries, qimlist ${qimlist.length} names`,
    );
  }
  const lists = queries.map((q) => [...q.easy, ...q.hard, ...q.junk]);
  checkIndices(lists, imlist.length, file);
  const folder = await findImages(dataPath);
  const locate = (name: string): string =>
    join(folder, IMAGE_ENDING.test(name) ? name : `${name}.jpg`);
  const grades = gradeQueries(queries);
  return checkPlaceDataset({
    name: nameOfFolder(dataPath),
    split: "all",
    database: withoutPositions(imlist.map(locate)),
    queries: {
      ...withoutPositions(qimlist.map(locate)),
      boxes: queries.map(({ box }) => box),
    },
    ...LISTED,
    truth: grades.get("medium")!,
    grades,
  }, file);
}

/** Each grade as a truth of its own. */
function gradeQueries(
  queries: readonly GradedQuery[],
): Map<string, ListedTruth> {
  const truth = (
    right: (query: GradedQuery) => number[],
    ignored: (query: GradedQuery) => number[],
  ): ListedTruth => ({
    positives: toNeighbors(queries.map(right)),
    ignored: toNeighbors(queries.map(ignored)),
  });
  return new Map([
    ["easy", truth((q) => q.easy, (q) => [...q.junk, ...q.hard])],
    ["medium", truth((q) => [...q.easy, ...q.hard], (q) => q.junk)],
    ["hard", truth((q) => q.hard, (q) => [...q.junk, ...q.easy])],
  ]);
}

async function findTruthFile(folder: string): Promise<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const names = entries.map(({ name }) => name)
    .filter((name) => TRUTH_FILE.test(name)).sort();
  if (names.length === 1) return join(folder, names[0]!);
  throw new DatasetError("Cannot find the ground truth of a dataset", {
    where: names.length > 1
      ? `${folder} has ${names.join(", ")}`
      : `${folder} has no gnd_NAME.pkl; ${await describeFolder(folder)}`,
    fix:
      "set dataPath to the folder that holds one gnd_NAME.pkl or gnd_NAME.json, and jpg/",
  });
}

async function findImages(dataPath: string): Promise<string> {
  const folder = join(dataPath, "jpg");
  return await isFolder(folder) ? folder : dataPath;
}

async function readContent(file: string): Promise<unknown> {
  if (file.endsWith(".pkl")) {
    return inDataset(() => {
      using bytes = openFileBytes(file, WORDS);
      return readNumpyPickle(bytes);
    });
  }
  try {
    return JSON.parse(await readTextOf(file, "a ground truth"));
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw notUsable(file, describeCause(cause));
  }
}

/** Arrays and dicts of Python as JSON would have them. */
function toPlain(value: unknown): unknown {
  if (value instanceof NumpyArray) return Array.from(value.values, toPlain);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isDict(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, toPlain(item)]),
  );
}

function parseQuery(value: unknown, i: number, file: string): GradedQuery {
  const { bbx, easy, hard, junk } = isRecord(value) ? value : {};
  const isSound = isIndices(easy) && isIndices(hard) && isIndices(junk);
  if (!isSound) {
    throw notUsable(file, `query ${i + 1} has no lists easy, hard and junk`);
  }
  const [left, top, right, bottom] = Array.isArray(bbx) ? bbx : [];
  if (!(left < right && top < bottom)) {
    throw notUsable(file, `query ${i + 1} has no box bbx`);
  }
  return { box: { left, top, right, bottom }, easy, hard, junk };
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((name) => typeof name === "string" && name !== "");
}

function isIndices(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

function notUsable(file: string, why: string): DatasetError {
  return new DatasetError(WORDS.what, {
    where: `${file} (${why})`,
    fix: WORDS.fix,
  });
}
