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
  const { split, queries, positiveRadius, unit } = dataset;
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
    const radius = formatDistance(positiveRadius, unit);
    yield fine(
      check,
      `${inSplit(split)}every query has a database image within ${radius}`,
    );
  }
}

function sayNone(dataset: PlaceDataset): Trouble {
  const { split, positiveRadius, unit } = dataset;
  const radius = formatDistance(positiveRadius, unit);
  return {
    what: `${inSplit(split)}no query has a database image within ${radius}`,
    where: `queries are ${
      formatDistance(medianDistance(dataset), unit)
    } from the nearest database image (median)`,
    fix:
      "check that both sides are of one city and one coordinate system, or widen positiveRadius",
  };
}

function sayAll({ split, positiveRadius, unit }: PlaceDataset): Trouble {
  return {
    what: `${inSplit(split)}every database image is a positive of every query`,
    where: `within ${
      formatDistance(positiveRadius, unit)
    }: recall would be 100 % whatever is predicted`,
    fix: "set positiveRadius to less, or add images of other places",
  };
}

function saySome(dataset: PlaceDataset, positives: Neighbors): Trouble {
  const { split, queries, positiveRadius, unit } = dataset;
  const Q = queries.paths.length;
  const without = countWithoutPositives(positives);
  const most = (100 * (1 - without / Q)).toFixed(1);
  const wider = WIDER.map((factor) => {
    const radius = factor * positiveRadius;
    const left = countWithoutPositives(findPositives(dataset, radius));
    return `${left} within ${formatDistance(radius, unit)}`;
  });
  const lost = queries.paths.filter((_, query) => isEmpty(positives, query));
  return {
    what: `${inSplit(split)}${without} of ${
      formatCount(Q, "query", "queries")
    } have no database image within ${formatDistance(positiveRadius, unit)}`,
    where: `${wider.join(", ")}; ${nameSome(lost)}`,
    fix:
      `they count as missed, so that Recall@N is ${most} % at most: leave them out, or widen positiveRadius`,
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
  const ring = min === 0
    ? `within ${formatDistance(max, unit)}`
    : `${formatDistance(min, unit)} to ${formatDistance(max, unit)} away`;
  const what = `${inSplit(split)}${count} of ${
    formatCount(Q, "query", "queries")
  } can be trained on (positives ${ring})`;
  yield count >= LEFT_OUT * Q ? fine(check, what) : warns(check, {
    what,
    where: `${Q - count} have no database image ${ring}, or no negative`,
    fix: "widen potentialPositiveRing, or add database images near the queries",
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
  { queries, database, ownDatabaseIndex }: PlaceDataset,
  radius: number,
): Neighbors {
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
