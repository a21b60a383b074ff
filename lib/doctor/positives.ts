/**
 * Checks that queries have something to find, and something to learn from.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { findWithinRadius, type Neighbors } from "../data/radius.ts";
import { countWithoutPositives } from "../evaluate/recall.ts";
import { listTrainQueries } from "../train/train_queries.ts";
import {
  type CheckName,
  fails,
  type FindingEvent,
  fine,
  nameSome,
  type Trouble,
  troubleOf,
  warns,
} from "./finding.ts";
import { formatCount, formatDistance, inSplit } from "./format.ts";

/** What else than the radius queries without a positive are counted for, as its multiples. */
const WIDER = [2, 4];
/** Queries whose distance to the database is measured. */
const MEASURED = 100;
/** Share of training queries that may be left out without a word. */
const LEFT_OUT = 0.5;

/**
 * Counts the queries without a positive.
 *
 * @param isExplained Whether it is known why there are none, or all.
 */
export function* checkPositives(
  dataset: PlaceDataset,
  isExplained: boolean,
): Generator<FindingEvent, void> {
  const { split, queries, positiveRadius } = dataset;
  const check: CheckName = { topic: "dataset", check: "positives" };
  const positives = findPositives(dataset, positiveRadius);
  const without = countWithoutPositives(positives);
  const Q = queries.paths.length;
  const isAll = positives.indices.length === Q * countSearched(dataset);
  if (isExplained && (without === Q || isAll)) return;
  if (without === Q) {
    yield fails(check, sayNone(dataset));
  } else if (isAll && Q > 1) {
    yield fails(check, sayAll(dataset));
  } else if (without > 0) {
    yield warns(check, saySome(dataset, positives));
  } else {
    yield fine(
      check,
      `${inSplit(split)}every query has a database image ${sayNear(dataset)}`,
    );
  }
}

/** Where a positive is: `within 25 m`. */
function sayNear({ unit, positiveRadius }: PlaceDataset): string {
  if (unit === "lists") return "that its ground truth lists";
  return unit === "classes"
    ? "of its class"
    : `within ${formatDistance(positiveRadius, unit)}`;
}

function sayNone(dataset: PlaceDataset): Trouble {
  const { split, unit, database } = dataset;
  const what = `${inSplit(split)}no query has a database image ${
    sayNear(dataset)
  }`;
  if (unit === "classes") {
    return {
      what,
      where: nameSome(database.paths),
      fix:
        "give classes of two or more images, and the same ones on both sides",
    };
  }
  if (unit === "lists") {
    const fix = "give the ground truth of these images";
    return { what, where: `${dataset.name}: every list is empty`, fix };
  }
  return {
    what,
    where: `queries are ${
      formatDistance(medianDistance(dataset), unit)
    } from the nearest database image (median)`,
    fix:
      "check that both sides are of one city and one coordinate system, or widen positiveRadius",
  };
}

function sayAll(dataset: PlaceDataset): Trouble {
  return {
    what: `${
      inSplit(dataset.split)
    }every database image is a positive of every query`,
    where: `${sayNear(dataset)}: recall would be 100 % whatever is predicted`,
    fix: dataset.unit === "classes"
      ? "add images of other classes"
      : "set positiveRadius to less, or add images of other places",
  };
}

function saySome(dataset: PlaceDataset, positives: Neighbors): Trouble {
  const { split, queries, positiveRadius, unit } = dataset;
  const Q = queries.paths.length;
  const without = countWithoutPositives(positives);
  const most = (100 * (1 - without / Q)).toFixed(1);
  const lost = queries.paths.filter((_, query) => isEmpty(positives, query));
  const missed =
    `they count as missed, so that Recall@N is ${most} % at most: leave them out, or`;
  const what = `${inSplit(split)}${without} of ${
    formatCount(Q, "query", "queries")
  } have no database image`;
  if (unit === "classes") {
    return {
      what: `${what} of their class`,
      where: nameSome(lost),
      fix: `${missed} add images of their classes`,
    };
  }
  if (unit === "lists") {
    return {
      what: `${what} ${sayNear(dataset)}`,
      where: nameSome(lost),
      fix: `${missed} list what is right for them`,
    };
  }
  const wider = WIDER.map((factor) => {
    const radius = factor * positiveRadius;
    const left = countWithoutPositives(findPositives(dataset, radius));
    return `${left} within ${formatDistance(radius, unit)}`;
  });
  return {
    what: `${what} ${sayNear(dataset)}`,
    where: `${wider.join(", ")}; ${nameSome(lost)}`,
    fix: `${missed} widen positiveRadius`,
  };
}

/** Finds out which queries can be trained on. */
export function* checkTraining(
  dataset: PlaceDataset,
): Generator<FindingEvent, void> {
  const check: CheckName = { topic: "dataset", check: "training queries" };
  const Q = dataset.queries.paths.length;
  const [min, max] = dataset.potentialPositiveRing;
  const { split, unit } = dataset;
  let count: number;
  try {
    count = countTrainQueries(dataset);
  } catch (error) {
    return yield fails(check, troubleOf(error));
  }
  const isOfClasses = unit === "classes";
  const ring = isOfClasses
    ? "of their class"
    : min === 0
    ? `within ${formatDistance(max, unit)}`
    : `${formatDistance(min, unit)} to ${formatDistance(max, unit)} away`;
  const what = `${inSplit(split)}${count} of ${
    formatCount(Q, "query", "queries")
  } can be trained on (positives ${ring})`;
  yield count >= LEFT_OUT * Q ? fine(check, what) : warns(check, {
    what,
    where: `${Q - count} have no database image ${ring}, or no negative`,
    fix: isOfClasses
      ? "add images of their classes"
      : "widen potentialPositiveRing, or add database images near the queries",
  });
}

/** Queries that can be trained on. */
function countTrainQueries(dataset: PlaceDataset): number {
  const events = listTrainQueries(dataset);
  while (true) {
    const { value, done } = events.next();
    if (done) return value.indices.length;
  }
}

function findPositives(
  { queries, database, ownDatabaseIndex, truth }: PlaceDataset,
  radius: number,
): Neighbors {
  if (truth) return truth.positives;
  return findWithinRadius(queries, database, radius, {
    ...(ownDatabaseIndex && { leaveOut: ownDatabaseIndex }),
  });
}

/** Database images that a query is compared with. */
function countSearched({ database, ownDatabaseIndex }: PlaceDataset): number {
  return database.paths.length - (ownDatabaseIndex ? 1 : 0);
}

function isEmpty({ offsets }: Neighbors, query: number): boolean {
  return offsets[query] === offsets[query + 1];
}

/** Median distance of some queries to their nearest database image. */
function medianDistance(
  { queries, database, ownDatabaseIndex }: PlaceDataset,
): number {
  const Q = queries.paths.length;
  const step = Math.ceil(Q / MEASURED);
  const nearest: number[] = [];
  for (let query = 0; query < Q; query += step) {
    let least = Infinity;
    database.eastMeters.forEach((east, i) => {
      if (i === ownDatabaseIndex?.[query]) return;
      const distance = Math.hypot(
        east - queries.eastMeters[query]!,
        database.northMeters[i]! - queries.northMeters[query]!,
      );
      least = Math.min(least, distance);
    });
    nearest.push(least);
  }
  return nearest.sort((a, b) => a - b)[nearest.length >> 1]!;
}
