/**
 * Checks that positions are those of the images that they are listed with.
 *
 * @module
 */
import { basename } from "node:path";
import type { PlaceDataset, PlaceImages } from "../data/dataset.ts";
import type { Random } from "../random.ts";
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

/** A position in a file name, as of `@UTM@` datasets. */
const POSITION = /^@(-?\d+(?:\.\d*)?)@(-?\d+(?:\.\d*)?)@/;
/** Views of one panorama, as of Pittsburgh and Tokyo. */
const VIEW = /[_@]pitch\d+_yaw\d+|_yaw\d+/;
/** Share of images, or panoramas, that may disagree. */
const TOLERATED = 0.05;
/** Fewer neighbours say nothing. */
const LEAST_NEIGHBORS = 10;
/** Neighbours, and images that each is compared with, at most. */
const MAX_SAMPLES = 2000;
const COMPARED = 50;
/** Numbers of neighbours in a sequence are no further apart, which takes in views every 30 degrees. */
const MAX_STEP = 30;
/** Share of neighbours that make names a sequence. */
const IN_SEQUENCE = 0.5;
/** Standard deviations above chance that neighbours have to be nearer by. */
export const LEAST_DEVIATIONS = 3;

/**
 * Checks the positions of each side against the names of its images: positions in
 * names, views of one panorama, and numbered sequences, of which neighbours should
 * be nearer in space than images drawn at random.
 */
export function* checkNameOrder(
  { split, database, queries, unit, positiveRadius }: PlaceDataset,
  random: Random,
): Generator<FindingEvent, void> {
  if (unit !== "meters") return;
  const check: CheckName = { topic: "dataset", check: "name order" };
  const sides = queries === database ? { images: database } : {
    database,
    queries,
  };
  let isWrong = false;
  for (const [side, images] of Object.entries(sides)) {
    const title = `${inSplit(split)}${side}`;
    const proof = findOtherPositions(title, images, positiveRadius) ??
      findTornViews(title, images, positiveRadius);
    const trouble = proof ?? findNoOrder(title, images, random);
    if (trouble === null) continue;
    isWrong = true;
    yield proof ? fails(check, trouble) : warns(check, trouble);
  }
  if (isWrong) return;
  yield fine(
    check,
    `${inSplit(split)}positions go with the names of the images`,
  );
}

const SHUFFLED_FIX =
  "write positions in the order of the names: one of the two lists was sorted or shuffled";

/** Positions in names that are not those in the list. */
function findOtherPositions(
  title: string,
  { paths, eastMeters, northMeters }: PlaceImages,
  radius: number,
): Trouble | null {
  const matches = paths.map((path) => basename(path).match(POSITION));
  const named = [...paths.keys()].filter((i) => matches[i]);
  const far = named.filter((i) => {
    const [east, north] = matches[i]!.slice(1).map(Number) as [number, number];
    return Math.hypot(east - eastMeters[i]!, north - northMeters[i]!) > radius;
  });
  if (far.length <= TOLERATED * named.length) return null;
  return {
    what: `${title}: ${far.length} of ${
      formatCount(named.length, "image")
    } are not at the position in their name`,
    where: nameSome(
      far.map((i) => `${paths[i]} at ${eastMeters[i]}, ${northMeters[i]}`),
    ),
    fix: SHUFFLED_FIX,
  };
}

/** Views of one panorama that are not at one place. */
function findTornViews(
  title: string,
  { paths, eastMeters, northMeters }: PlaceImages,
  radius: number,
): Trouble | null {
  const views = [...paths.keys()].filter((i) => VIEW.test(paths[i]!));
  const panoramas = [
    ...Map.groupBy(views, (i) => paths[i]!.slice(0, paths[i]!.search(VIEW)))
      .values(),
  ].filter((group) => group.length > 1);
  const torn = panoramas.filter(([first, ...others]) =>
    others.some((i) =>
      Math.hypot(
        eastMeters[i]! - eastMeters[first!]!,
        northMeters[i]! - northMeters[first!]!,
      ) > radius
    )
  );
  if (torn.length <= TOLERATED * panoramas.length) return null;
  return {
    what: `${title}: views of one panorama are at places more than ${
      formatDistance(radius)
    } apart, in ${torn.length} of ${panoramas.length}`,
    where: nameSome(torn.map(([first]) => paths[first!]!)),
    fix: SHUFFLED_FIX,
  };
}

/** A sequence by its names that is none in space. */
function findNoOrder(
  title: string,
  images: PlaceImages,
  random: Random,
): Trouble | null {
  const order = sortByNumbers(images.paths);
  const pairs = order.slice(1).map((index, i) => [order[i]!, index] as const);
  const inSequence = pairs.filter(([a, b]) =>
    areInSequence(images.paths[a]!, images.paths[b]!)
  );
  if (
    inSequence.length < LEAST_NEIGHBORS ||
    inSequence.length < IN_SEQUENCE * pairs.length
  ) return null;
  const { nearer, deviations } = compareNeighbors(images, inSequence, random);
  if (deviations >= LEAST_DEVIATIONS) return null;
  const [a, b] = inSequence[0]!;
  return {
    what: `${title}: neighbours by name are no nearer than images at random`,
    where: `${images.paths[a]} and ${images.paths[b]} are ${
      formatDistance(distance(images, a, b))
    } apart; neighbours are nearer in ${
      (100 * nearer).toFixed(0)
    } % of comparisons, chance is 50 %`,
    fix: `if names follow the way of the camera, ${SHUFFLED_FIX}`,
  };
}

/** How neighbours compare with images drawn at random. */
interface NeighborComparison {
  /** Share of images that are further from the first of two neighbours than the second is; ties count half. */
  nearer: number;
  /** Standard deviations by which that is more than if positions were shuffled. */
  deviations: number;
}

/**
 * Compares the distance of neighbours with those of images drawn at random.
 *
 * If positions were shuffled, the share of images that are further away would be
 * uniform in [0, 1] for each pair: mean 1/2, variance 1/12.
 *
 * @param pairs Indices of neighbours; some of many are drawn.
 */
export function compareNeighbors(
  images: Pick<PlaceImages, "eastMeters" | "northMeters">,
  pairs: readonly (readonly [number, number])[],
  random: Random,
): NeighborComparison {
  const N = images.eastMeters.length;
  const drawn = random.sampleDistinct(pairs.length, MAX_SAMPLES)
    .map((i) => pairs[i]!);
  const shares = drawn.map(([a, b]) => {
    const near = distance(images, a, b);
    const others = random.sampleDistinct(N, COMPARED + 2)
      .filter((i) => i !== a && i !== b);
    const further = others.map((i) => {
      const far = distance(images, a, i);
      return far > near ? 1 : far === near ? 0.5 : 0;
    });
    return meanOf(further);
  });
  const nearer = meanOf(shares);
  return { nearer, deviations: (nearer - 0.5) * Math.sqrt(12 * shares.length) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function distance(
  { eastMeters, northMeters }: Pick<PlaceImages, "eastMeters" | "northMeters">,
  a: number,
  b: number,
): number {
  return Math.hypot(
    eastMeters[a]! - eastMeters[b]!,
    northMeters[a]! - northMeters[b]!,
  );
}

/** Indices of paths in their order, with numbers in them compared as numbers. */
function sortByNumbers(paths: readonly string[]): number[] {
  const keys = paths.map((path) =>
    path.replaceAll(/\d+/g, (digits) => digits.padStart(20, "0"))
  );
  return [...paths.keys()].sort((a, b) =>
    keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b
  );
}

/** Whether two names differ in numbers only, and in the first of them by a small step. */
function areInSequence(a: string, b: string): boolean {
  const mask = (path: string): string => path.replaceAll(/\d+/g, "#");
  if (mask(a) !== mask(b)) return false;
  const [numbersA, numbersB] = [a, b].map((path) =>
    (path.match(/\d+/g) ?? []).map(Number)
  ) as [number[], number[]];
  const at = numbersA.findIndex((number, i) => number !== numbersB[i]);
  return at >= 0 && Math.abs(numbersB[at]! - numbersA[at]!) <= MAX_STEP;
}
