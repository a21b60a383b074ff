/**
 * Checks that images are listed once: on each side, on one side, in one split.
 *
 * @module
 */
import { resolve } from "node:path";
import type { PlaceDataset } from "../data/dataset.ts";
import {
  type CheckName,
  type FindingEvent,
  fine,
  nameSome,
  type Trouble,
  warns,
} from "./finding.ts";
import { formatCount, inSplit } from "./format.ts";

/** Looks for images that are listed twice in a split. */
export function* checkDuplicates(
  dataset: PlaceDataset,
): Generator<FindingEvent, void> {
  const check: CheckName = { topic: "dataset", check: "duplicates" };
  const troubles = [...listDuplicates(dataset)];
  for (const trouble of troubles) yield warns(check, trouble);
  if (troubles.length > 0) return;
  yield fine(check, `${inSplit(dataset.split)}no image is listed twice`);
}

function* listDuplicates(
  { split, database, queries }: PlaceDataset,
): Generator<Trouble, void> {
  const isOne = database === queries;
  const sides = isOne ? { database } : { database, queries };
  for (const [side, { paths }] of Object.entries(sides)) {
    const seen = new Set<string>();
    const twice = paths.filter((path) => seen.size === seen.add(path).size);
    if (twice.length === 0) continue;
    const count = formatCount(twice.length, "image");
    yield {
      what: `${inSplit(split)}${count} listed more than once in the ${side}`,
      where: nameSome(twice),
      fix: "list each image once",
    };
  }
  if (isOne) return;
  const searched = new Set(database.paths);
  const both = queries.paths.filter((path) => searched.has(path));
  if (both.length === 0) return;
  const count = formatCount(both.length, "query", "queries");
  yield {
    what: `${inSplit(split)}${count} will find the same file in the database`,
    where: nameSome(both),
    fix: "take these images out of one side, or set leaveOneOut (csv)",
  };
}

/** Looks for images that two splits share: what is learned by heart is no recall. */
export function* checkOverlap(
  splits: readonly PlaceDataset[],
): Generator<FindingEvent, void> {
  const check: CheckName = { topic: "dataset", check: "overlap" };
  const lists = splits.map(({ split, database, queries }) => ({
    split,
    paths: new Set(
      [...database.paths, ...queries.paths].map((path) => resolve(path)),
    ),
  }));
  const pairs = lists.flatMap((one, i) =>
    lists.slice(i + 1).map((other) => ({
      splits: `${one.split} and ${other.split}`,
      shared: [...one.paths.intersection(other.paths)],
    }))
  );
  const bad = pairs.filter(({ shared }) => shared.length > 0);
  for (const { splits, shared } of bad) {
    yield warns(check, {
      what: `${splits} share ${formatCount(shared.length, "image")}`,
      where: nameSome(shared),
      fix: "keep splits apart: recall on images of the training means little",
    });
  }
  if (pairs.length > 0 && bad.length === 0) {
    yield fine(check, "splits share no image");
  }
}
