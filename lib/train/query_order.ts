/**
 * The order in which an epoch takes its queries.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { TrainOptions } from "./options.ts";

/** What decides the order of the queries. */
export type OrderOptions = Pick<TrainOptions, "queryOrder" | "batchTuples"> & {
  /** Queries between two refreshes of the descriptor cache. */
  refreshQueries: number;
};

/**
 * Orders the queries of an epoch, part by part: the descriptors are refreshed
 * before each part.
 *
 * Within refreshes, the queries are split in their own order into as few parts as
 * there can be, as even as can be, and each part is shuffled. Over the epoch, all
 * queries are shuffled, then split into whole batches; only the last part may end
 * with fewer.
 *
 * @param random Moved on when a part is taken.
 * @yields The queries of a part, in the order to learn from them.
 *
 * Source: pytorch-NetVlad, main.py; over the epoch, Relja's trainWeakly.m.
 */
export function* orderQueries(
  queries: readonly number[],
  random: Random,
  { queryOrder, batchTuples, refreshQueries }: OrderOptions,
): Generator<number[]> {
  if (queryOrder === "epoch") {
    const order = shuffle(queries, random);
    const most = Math.ceil(refreshQueries / batchTuples) * batchTuples;
    for (let first = 0; first < order.length; first += most) {
      yield order.slice(first, first + most);
    }
    return;
  }
  for (const part of splitEvenly(queries, refreshQueries)) {
    yield shuffle(part, random);
  }
}

function shuffle(queries: readonly number[], random: Random): number[] {
  return random.sampleDistinct(queries.length, queries.length)
    .map((i) => queries[i]!);
}

/** Splits items in order into as few parts of at most `most` as there can be, as even as can be. */
function splitEvenly<Item>(items: readonly Item[], most: number): Item[][] {
  const parts = Math.ceil(items.length / most);
  const small = Math.floor(items.length / parts);
  const larger = items.length % parts;
  return Array.from({ length: parts }, (_, i) => {
    const start = i * small + Math.min(i, larger);
    return items.slice(start, start + small + (i < larger ? 1 : 0));
  });
}
