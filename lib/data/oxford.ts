/**
 * Oxford5k, Paris6k and their like: images of buildings, and lists of what shows them.
 *
 * @module
 */
import { basename, join } from "node:path";
import { DatasetError } from "../errors.ts";
import { describeFolder } from "../folders.ts";
import type { ImageBox, PlaceDataset } from "./dataset.ts";
import { listImages, readTextOf } from "./list_images.ts";
import { LISTED, withoutPositions } from "./name_lists.ts";
import { checkPlaceDataset, nameOfFolder } from "./places.ts";
import { toNeighbors } from "./radius.ts";

const QUERY_FILE = /_query\.txt$/;
/** What names of images in query files of Oxford5k begin with. */
const QUERY_PREFIX = /^oxc1_/;
const QUERY_LINE =
  /^(\S+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)$/;
const MAX_NAMED = 5;

/** A query and what its lists name. */
interface QueryLists {
  image: string;
  box: ImageBox;
  /** Shows it clearly, or mostly. */
  right: string[];
  /** Shows little of it: neither right nor wrong. */
  junk: string[];
}

/**
 * Reads all images under a folder, and the ground truth that lies in one folder of it:
 * `NAME_query.txt` (an image, and the box of the building in it), `NAME_good.txt`,
 * `NAME_ok.txt` and `NAME_junk.txt` (an image a line). Good and ok are right, junk is ignored. A
 * query's own image is in the database, and in its lists, as in the original protocol.
 *
 * @throws {DatasetError} If there is no ground truth, a file of it is missing or malformed, or a query or a right image is not there.
 *
 * Source: Philbin et al., Object retrieval with large vocabularies and fast spatial matching, CVPR 2007.
 */
export async function readOxfordDataset(
  dataPath: string,
): Promise<PlaceDataset> {
  const paths = await listImages(dataPath, { recursive: true });
  const indices = new Map(paths.map((path, i) => [nameOf(path), i]));
  const files = await findQueryFiles(dataPath);
  const queries = await Promise.all(files.map(readQuery));
  const find = (names: readonly string[]): number[] =>
    names.map((name) => indices.get(name)).filter((i) => i !== undefined);
  checkNames(
    queries.flatMap(({ image, right }) => [image, ...right]),
    indices,
    dataPath,
  );
  return checkPlaceDataset({
    name: nameOfFolder(dataPath),
    split: "all",
    database: withoutPositions(paths),
    queries: {
      ...withoutPositions(
        queries.map(({ image }) => paths[indices.get(image)!]!),
      ),
      boxes: queries.map(({ box }) => box),
    },
    ...LISTED,
    truth: {
      positives: toNeighbors(queries.map(({ right }) => find(right))),
      ignored: toNeighbors(queries.map(({ junk }) => find(junk))),
    },
  }, dataPath);
}

function nameOf(path: string): string {
  return basename(path).replace(/\.\w+$/, "");
}

/** The query files, in the order of their names; all are in one folder. */
async function findQueryFiles(root: string): Promise<string[]> {
  const byFolder = new Map<string, string[]>();
  const collect = async (folder: string): Promise<void> => {
    for (const entry of await Array.fromAsync(Deno.readDir(folder))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) await collect(path);
      else if (QUERY_FILE.test(entry.name)) {
        byFolder.set(folder, [...byFolder.get(folder) ?? [], path]);
      }
    }
  };
  await collect(root);
  const [files, ...others] = byFolder.values();
  if (files !== undefined && others.length === 0) return files.sort();
  throw new DatasetError("Cannot find the ground truth of a dataset", {
    where: others.length > 0
      ? `${[...byFolder.keys()].join(", ")} all have NAME_query.txt`
      : `${root} has no NAME_query.txt; ${await describeFolder(root)}`,
    fix:
      "put the files NAME_query.txt, NAME_good.txt, NAME_ok.txt and NAME_junk.txt into one folder under dataPath",
  });
}

async function readQuery(file: string): Promise<QueryLists> {
  const text = (await readTextOf(file, "a query of a dataset")).trim();
  const [, image, ...edges] = text.match(QUERY_LINE) ?? [];
  const [left, top, right, bottom] = edges.map(Number);
  if (image === undefined || !(left! < right! && top! < bottom!)) {
    throw new DatasetError("Cannot read the query of a dataset", {
      where: `${file} says ${JSON.stringify(text.slice(0, 100))}`,
      fix: "write IMAGE LEFT TOP RIGHT BOTTOM, in pixels",
    });
  }
  const list = async (kind: string): Promise<string[]> => {
    const names = await readTextOf(
      file.replace(QUERY_FILE, `_${kind}.txt`),
      "a list of a ground truth",
    );
    return names.split(/\s+/).filter((name) => name !== "");
  };
  return {
    image: image.replace(QUERY_PREFIX, ""),
    box: { left: left!, top: top!, right: right!, bottom: bottom! },
    right: [...await list("good"), ...await list("ok")],
    junk: await list("junk"),
  };
}

/** Checks that images are there; those that are ignored may be missing. */
function checkNames(
  names: readonly string[],
  indices: ReadonlyMap<string, number>,
  root: string,
): void {
  const missing = [...new Set(names.filter((name) => !indices.has(name)))];
  if (missing.length === 0) return;
  const more = missing.length - MAX_NAMED;
  throw new DatasetError("Cannot find images of a ground truth", {
    where: `${root} has no ${missing.slice(0, MAX_NAMED).join(", ")}` +
      (more > 0 ? ` and ${more} more` : ""),
    fix: "put all images of the dataset under dataPath",
  });
}
