/**
 * Checks the positions of a split: their unit, their axes, their UTM zone.
 *
 * @module
 */
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import { findWithinRadius } from "../data/radius.ts";
import { countWithoutPositives } from "../evaluate/recall.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  nameSome,
  type Trouble,
  warns,
} from "./finding.ts";
import { formatCount, formatDistance, inSplit } from "./format.ts";
import { findZoneJump } from "./zone_jump.ts";

type Places = Pick<PlaceImages, "eastMeters" | "northMeters">;

/** UTM east is counted from 500 km west of the middle of a zone, which is at most 668 km wide. */
const UTM_EAST = { least: 100e3, most: 900e3 };
/** What degrees stay within, and positions in UTM do not. */
const MAX_DEGREES = 180;
/** Of all images, a share that counts as a few lost ones. */
const FEW = 0.01;
/** How far from all others an image is lost. */
const LOST_METERS = 100e3;
/** Queries with a positive: fewer than the first share is wrong, more than the second is right. */
const SHARE = { wrong: 0.1, right: 0.5 };

/**
 * Checks the positions of a split in metres.
 *
 * @returns Whether something is wrong that explains why queries are far from the database.
 */
export function* checkPositions(
  dataset: PlaceDataset,
): Generator<FindingEvent, boolean> {
  const { split, unit } = dataset;
  if (unit !== "meters") return false;
  const wrong = findDegrees(dataset) ?? findSwappedSide(dataset) ??
    sayZoneJump(dataset);
  if (wrong !== null) {
    yield fails(wrong.check, wrong.trouble);
    return true;
  }
  const losses = [...findLost(dataset), ...findSwappedBoth(dataset)];
  for (const { check, trouble } of losses) yield warns(check, trouble);
  if (losses.length === 0) {
    yield fine(
      named("positions"),
      `${inSplit(split)}${describeExtent(dataset)}`,
    );
  }
  return false;
}

interface Loss {
  check: CheckName;
  trouble: Trouble;
}

function named(check: string): CheckName {
  return { topic: "dataset", check };
}

/** Positions within ±180 and no wider than the radius, beside positions that are not or none. */
function findDegrees(dataset: PlaceDataset): Loss | null {
  const { split, database, queries, positiveRadius } = dataset;
  const sides = { database, queries };
  const isSmall = ({ eastMeters, northMeters }: Places): boolean =>
    [eastMeters, northMeters].every((values) =>
      values.every((value) => Math.abs(value) <= MAX_DEGREES) &&
      spanOf(values) < positiveRadius
    );
  const small = Object.entries(sides).filter(([, side]) =>
    side.paths.length > 2 && isSmall(side)
  );
  const isOdd = small.length === 2 || (small.length === 1 &&
    Object.values(sides).some((side) =>
      side.eastMeters.every((east) => Math.abs(east) > MAX_DEGREES)
    ));
  if (!isOdd) return null;
  const [[, side]] = small as [[string, PlaceImages]];
  return {
    check: named("degrees"),
    trouble: {
      what: `${inSplit(split)}positions look like degrees, not metres (${
        small.map(([name]) => name).join(" and ")
      })`,
      where: `${side.paths[0]} is at ${sayPosition(side, 0)}`,
      fix:
        "convert them to UTM, or give them as columns latitude and longitude of a CSV, which is converted",
    },
  };
}

/** Queries that meet the database only once their axes are swapped. */
function findSwappedSide(dataset: PlaceDataset): Loss | null {
  const { split, database, queries, ownDatabaseIndex } = dataset;
  if (ownDatabaseIndex || database === queries) return null;
  const asTheyAre = shareWithPositives(queries, dataset);
  if (asTheyAre > SHARE.wrong) return null;
  const swapped = shareWithPositives(swapAxes(queries), dataset);
  if (swapped < SHARE.right) return null;
  const side = isOutside(database) && !isOutside(queries)
    ? "database"
    : "queries";
  return {
    check: named("swapped axes"),
    trouble: {
      what: `${inSplit(split)}east and north of the ${side} are swapped`,
      where: `${
        percent(swapped)
      } of the queries have a positive once they are, ${
        percent(asTheyAre)
      } now; ${dataset[side].paths[0]} is at ${sayPosition(dataset[side], 0)}`,
      fix: `write east before north for the ${side}`,
    },
  };
}

function sayZoneJump({ split, database, queries }: PlaceDataset): Loss | null {
  const jump = findZoneJump([
    ...database.eastMeters,
    ...(queries === database ? [] : queries.eastMeters),
  ]);
  if (jump === null) return null;
  const { west, east, gapMeters, counts } = jump;
  return {
    check: named("zone jump"),
    trouble: {
      what: `${inSplit(split)}positions of two UTM zones on one map`,
      where: `${formatCount(counts.east, "image")} up to ${
        Math.round(east)
      } m east and ${counts.west} from ${Math.round(west)} m on, with ${
        formatDistance(gapMeters)
      } between: one zone ends where the other begins`,
      fix:
        "convert all positions to one zone, or give them as columns latitude and longitude of a CSV, which is converted to one",
    },
  };
}

/** A few images far from all others, such as those at 0, 0 where a position was not known. */
function* findLost(
  { split, database, queries }: PlaceDataset,
): Generator<Loss, void> {
  const middle = {
    east: medianOf(database.eastMeters),
    north: medianOf(database.northMeters),
  };
  const sides = queries === database ? [database] : [database, queries];
  const lost = sides.flatMap((side) =>
    side.paths.map((path, i) => ({
      path: `${path} at ${sayPosition(side, i)}`,
      distance: Math.hypot(
        side.eastMeters[i]! - middle.east,
        side.northMeters[i]! - middle.north,
      ),
    })).filter(({ distance }) => distance > LOST_METERS)
  );
  const total = sides.reduce((sum, { paths }) => sum + paths.length, 0);
  if (lost.length === 0 || lost.length > Math.max(1, FEW * total)) return;
  yield {
    check: named("lost images"),
    trouble: {
      what: `${inSplit(split)}${formatCount(lost.length, "image")} more than ${
        formatDistance(LOST_METERS)
      } from the others`,
      where: nameSome(lost.map(({ path }) => path)),
      fix: "correct these positions, or leave the images out",
    },
  };
}

/** North where east should be, on both sides: distances are right all the same. */
function* findSwappedBoth(
  { split, database }: PlaceDataset,
): Generator<Loss, void> {
  const isSwapped = isOutside(database) && !isOutside(swapAxes(database)) &&
    medianOf(database.eastMeters) > UTM_EAST.most;
  if (!isSwapped) return;
  yield {
    check: named("swapped axes"),
    trouble: {
      what: `${inSplit(split)}east and north seem to be swapped on both sides`,
      where: `${database.paths[0]} is at ${
        sayPosition(database, 0)
      }; east of UTM is between ${UTM_EAST.least / 1e3} and ${
        UTM_EAST.most / 1e3
      } km`,
      fix:
        "write east before north; distances, and so recall, stay as they are",
    },
  };
}

function describeExtent({ database, queries }: PlaceDataset): string {
  const places = new Set(
    database.paths.map((_, i) => sayPosition(database, i)),
  );
  const [width, height] = (["eastMeters", "northMeters"] as const).map((axis) =>
    formatDistance(spanOf([...database[axis], ...queries[axis]]))
  );
  return `${
    formatCount(places.size, "position")
  } of database images, on ${width} x ${height}`;
}

function shareWithPositives(
  queries: Places,
  { database, positiveRadius }: PlaceDataset,
): number {
  const found = findWithinRadius(queries, database, positiveRadius);
  return 1 - countWithoutPositives(found) / queries.eastMeters.length;
}

/** Whether most positions are no UTM. */
function isOutside({ eastMeters }: Places): boolean {
  const east = medianOf(eastMeters);
  return east < UTM_EAST.least || east > UTM_EAST.most;
}

function swapAxes({ eastMeters, northMeters }: Places): Places {
  return { eastMeters: northMeters, northMeters: eastMeters };
}

function sayPosition({ eastMeters, northMeters }: Places, i: number): string {
  const round = (value: number): number => Number(value.toFixed(3));
  return `${round(eastMeters[i]!)}, ${round(northMeters[i]!)}`;
}

function spanOf(values: ArrayLike<number>): number {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return most - least;
}

function medianOf(values: Float64Array): number {
  return values.toSorted()[values.length >> 1]!;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
