/**
 * Which image a name means, where others named it from another folder on.
 *
 * @module
 */
import { normalize, sep } from "node:path";
import { DatasetError } from "../errors.ts";

/**
 * Finds the name of each image.
 *
 * A name means the image whose path ends in it, part by part: `db/1.jpg` means `data/db/1.jpg` and
 * not `data/mydb/1.jpg`. So does a name that is longer than the path and ends in it.
 *
 * @param paths Paths of images, `[N]`.
 * @param names Paths, whole or from some folder on.
 * @returns Index into `names` for each path, -1 where there is none, `[N]`.
 * @throws {DatasetError} If a name means several of the images, or several names one of them.
 */
export function matchNames(
  paths: readonly string[],
  names: readonly string[],
): Int32Array {
  const plainNames = names.map(toPlain);
  const byName = new Map(plainNames.map((name, i) => [name, i]));
  const findLonger = createLongerSearch(plainNames);
  const owners = new Map<number, string>();
  return Int32Array.from(paths, (path) => {
    const plain = toPlain(path);
    const found = findSuffix(plain, byName) ?? findLonger(plain);
    if (found === undefined) return -1;
    const owner = owners.get(found) ?? plain;
    owners.set(found, owner);
    if (owner !== plain) {
      throw ambiguous(`${names[found]} may be ${owner} or ${plain}`);
    }
    return found;
  });
}

/** Lists a few of many things, for an error. */
export function nameSome(all: readonly string[]): string {
  const more = all.length - MAX_NAMED;
  const some = all.slice(0, MAX_NAMED).join(", ");
  return more > 0 ? `${some} and ${more} more` : some;
}

/** Names that an error lists. */
const MAX_NAMED = 3;

/** A path by its parts, `/` between them, without those that lead up. */
function toPlain(path: string): string {
  return normalize(path).split(sep)
    .filter((part) => !["", ".", ".."].includes(part)).join("/");
}

/** The longest name that a path ends in. */
function findSuffix(
  path: string,
  byName: ReadonlyMap<string, number>,
): number | undefined {
  for (let start = 0; start >= 0;) {
    const found = byName.get(path.slice(start));
    if (found !== undefined) return found;
    start = path.indexOf("/", start) + 1 || -1;
  }
  return undefined;
}

/** Finds the name that ends in a path; it is made ready when it is first needed. */
function createLongerSearch(
  names: readonly string[],
): (path: string) => number | undefined {
  let byLastPart: Map<string, number[]> | undefined;
  return (path) => {
    byLastPart ??= groupByLastPart(names);
    const found = byLastPart.get(lastPart(path))
      ?.filter((i) => names[i]!.endsWith(`/${path}`)) ?? [];
    if (found.length > 1) {
      throw ambiguous(
        `${path} may be ${nameSome(found.map((i) => names[i]!))}`,
      );
    }
    return found[0];
  };
}

function groupByLastPart(names: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [i, name] of names.entries()) {
    const group = groups.get(lastPart(name));
    if (group) group.push(i);
    else groups.set(lastPart(name), [i]);
  }
  return groups;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function ambiguous(where: string): DatasetError {
  return new DatasetError("Cannot tell which image a name means", {
    where,
    fix: "name images from a folder on that all of them are in",
  });
}
