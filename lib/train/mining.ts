/**
 * Hard-negative mining: for each query, which images to learn from.
 *
 * @module
 */
import type { Random } from "../random.ts";
import {
  type DescriptorRows,
  distancesToRows,
} from "../search/descriptor_rows.ts";
import type { TrainOptions } from "./options.ts";

/** How hard negatives are chosen. */
export type MiningOptions = Pick<
  TrainOptions,
  | "margin"
  | "marginOn"
  | "negativesPerTuple"
  | "negativesExamined"
  | "negativesCached"
>;

/** How negatives are drawn. */
export type DrawOptions = Pick<
  TrainOptions,
  "negativesSampled" | "negativesWithReplacement"
>;

/** A query, one image of its place, and images of other places that look nearer than they should. */
export interface Tuple {
  queryIndex: number;
  /** Database index of the potential positive nearest in descriptor space. */
  positiveIndex: number;
  /** Database indices, nearest first, at least one. */
  negativeIndices: number[];
}

/** What a tuple is chosen from. */
export interface TupleCandidates {
  queryIndex: number;
  /** Database indices, ascending, at least one. */
  potentialPositives: ArrayLike<number>;
  /** Database indices drawn with `drawNegatives`. */
  drawnNegatives: readonly number[];
  /** What this query kept at its last turn; empty before the first. */
  cachedNegatives: number[];
}

/** What mining found for a query. */
export interface MinedTuple {
  /** `undefined` if no negative violates. */
  tuple: Tuple | undefined;
  /** Database indices of the negatives that the query keeps for its next turn. */
  cachedNegatives: number[];
}

/** Descriptors of a training set as they were at the last refresh. */
export interface TrainingDescriptors {
  /** `[M, F]`. */
  database: DescriptorRows;
  /** `[Q, F]`. */
  queries: DescriptorRows;
}

/**
 * Draws negatives of a query: database images outside its evaluation radius.
 *
 * @param random Moved on.
 * @param numDatabase M.
 * @param others Database indices that are no negatives, ascending: those within the evaluation radius, and the query itself where it is in the database.
 * @param options How many, and whether with replacement.
 * @returns Database indices; all negatives, if fewer than asked for, where each is drawn once.
 */
export function drawNegatives(
  random: Random,
  numDatabase: number,
  others: ArrayLike<number>,
  { negativesSampled, negativesWithReplacement }: DrawOptions,
): number[] {
  const numNegatives = numDatabase - others.length;
  if (numNegatives === 0) return [];
  const draws = negativesWithReplacement
    ? random.sample(numNegatives, negativesSampled)
    : random.sampleDistinct(numNegatives, negativesSampled);
  return draws.map((draw) => skipOthers(draw, others));
}

/** Database index of the negative that `draw` negatives come before. */
function skipOthers(draw: number, others: ArrayLike<number>): number {
  let index = draw;
  for (let i = 0; i < others.length && others[i]! <= index; i++) index++;
  return index;
}

/**
 * Chooses the tuple of one query by the descriptors, and the negatives that it
 * looks at again: those of its last tuple; or the nearest `negativesPerTuple`,
 * whether they violate or not. Only the rows that are compared are read.
 *
 * @param descriptors Descriptors of the training set.
 * @param candidates What to choose from.
 * @param options How to choose.
 *
 * Source: Arandjelović et al., NetVLAD, CVPR 2016, section 4 and appendix A; choice as in
 * pytorch-NetVlad, pittsburgh.py; the nearest are what Relja's trainWeakly.m keeps.
 */
export function mineTuple(
  { database, queries }: TrainingDescriptors,
  candidates: TupleCandidates,
  options: MiningOptions,
): MinedTuple {
  const { queryIndex, potentialPositives } = candidates;
  const query = queries.read(queryIndex, 1);
  const squared = options.marginOn === "squared";
  const margin = squared ? options.margin : Math.sqrt(options.margin);
  const measure = (indices: ArrayLike<number>): Float64Array => {
    const distances = distancesToRows(database, indices, query);
    return squared ? distances : distances.map(Math.sqrt);
  };

  const [positive] = nearestFirst(
    potentialPositives,
    measure(potentialPositives),
  );
  const negatives = uniqueAscending([
    ...candidates.cachedNegatives,
    ...candidates.drawnNegatives,
  ]);
  const distances = measure(negatives);
  const chooseBelow = (limit: number): number[] =>
    chooseNegatives(negatives, distances, limit, options);
  const negativeIndices = chooseBelow(positive!.distance + margin);
  const tuple = negativeIndices.length === 0
    ? undefined
    : { queryIndex, positiveIndex: positive!.index, negativeIndices };
  const cachedNegatives = options.negativesCached === "nearest"
    ? chooseBelow(Infinity)
    : tuple?.negativeIndices ?? candidates.cachedNegatives;
  return { tuple, cachedNegatives };
}

/**
 * Chooses the hard negatives: of the `negativesExamined` nearest, the first
 * `negativesPerTuple` below a limit.
 *
 * @param negatives Database indices, ascending.
 * @param distances Distance of each from the query.
 * @param limit Distance of the positive from the query, plus the margin.
 * @param options How many to look at, and how many to keep.
 * @returns Database indices, nearest first, lowest first among equals.
 */
export function chooseNegatives(
  negatives: ArrayLike<number>,
  distances: ArrayLike<number>,
  limit: number,
  { negativesExamined, negativesPerTuple }: Pick<
    MiningOptions,
    "negativesExamined" | "negativesPerTuple"
  >,
): number[] {
  return nearestFirst(negatives, distances)
    .slice(0, negativesExamined)
    .filter(({ distance }) => distance < limit)
    .slice(0, negativesPerTuple)
    .map(({ index }) => index);
}

/** Sorts indices by distance; equal ones stay in their order. */
function nearestFirst(
  indices: ArrayLike<number>,
  distances: ArrayLike<number>,
): { index: number; distance: number }[] {
  return Array.from(indices, (index, i) => ({ index, distance: distances[i]! }))
    .sort((a, b) => a.distance - b.distance);
}

function uniqueAscending(indices: readonly number[]): number[] {
  return [...new Set(indices)].sort((a, b) => a - b);
}
