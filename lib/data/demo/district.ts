/**
 * The map of one district: streets, buildings, trees, lamps, and where photographs are taken.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { type Building, placeBuildings } from "./blocks.ts";
import { between } from "./color.ts";

/** From the middle of a street to the kerb, in metres. */
export const ROAD_HALF_WIDTH = 5;

/** Something that stands on the pavement all year. */
export interface Fixture {
  kind: "tree" | "lamp" | "sign" | "bin";
  x: number;
  y: number;
  /** Which of the kind's pictures it is. */
  variant: number;
  /** Its size relative to the kind's. */
  scale: number;
}

/** Where photographs are taken: a point on a street. */
export interface Place {
  x: number;
  y: number;
  /** Clockwise from north, along the street, in degrees. */
  streetHeading: number;
}

/** One district; streets are lines along the axes. */
export interface District {
  /** x of the streets that run north, ascending. */
  northStreets: readonly number[];
  /** y of the streets that run east, ascending. */
  eastStreets: readonly number[];
  buildings: readonly Building[];
  fixtures: readonly Fixture[];
  places: readonly Place[];
  /** Seed of everything that is a function of position: ground, hills. */
  seed: number;
}

/** A place is this far from the next along its street, in metres. */
const PLACE_SPACING_METERS = 18;
/** Depth of the blocks around the outermost streets, in metres. */
const OUTER_METERS = 80;
/** Nothing stands, and no photograph of a crossing street is taken, this close to a crossing. */
const CROSSING_METERS = 13;

/**
 * Draws a district with as many blocks as its places need.
 *
 * @param numPlaces At least 1.
 */
export function createDistrict(random: Random, numPlaces: number): District {
  for (let size = 2;; size++) {
    const streets = random.fork(`${size} streets of the district`);
    const northStreets = drawStreets(streets, 1 + (size >> 1), 74, 96);
    const eastStreets = drawStreets(streets, 1 + ((size + 1) >> 1), 58, 74);
    const places = listPlaces(northStreets, eastStreets);
    if (places.length < numPlaces) continue;
    const fixtureRandom = random.fork("fixtures");
    return {
      northStreets,
      eastStreets,
      places: places.slice(0, numPlaces),
      buildings: placeBuildings(random.fork("buildings"), {
        x: withOuterBlocks(northStreets),
        y: withOuterBlocks(eastStreets),
      }),
      fixtures: listStreets({ northStreets, eastStreets }).flatMap((street) =>
        lineStreet(fixtureRandom, street)
      ),
      seed: random.fork("ground").nextInteger(0x7fffffff),
    };
  }
}

function drawStreets(
  random: Random,
  count: number,
  low: number,
  high: number,
): number[] {
  const streets = [0];
  while (streets.length < count) {
    streets.push(Math.round(streets.at(-1)! + between(random, low, high)));
  }
  return streets;
}

/** One more block on either side, so that no street ends in nothing. */
function withOuterBlocks(streets: readonly number[]): number[] {
  return [
    streets[0]! - OUTER_METERS,
    ...streets,
    streets.at(-1)! + OUTER_METERS,
  ];
}

function listPlaces(
  northStreets: readonly number[],
  eastStreets: readonly number[],
): Place[] {
  const places: Place[] = [];
  for (const y of eastStreets) {
    for (let x = 6; x < northStreets.at(-1)!; x += PLACE_SPACING_METERS) {
      places.push({ x, y, streetHeading: 90 });
    }
  }
  for (const x of northStreets) {
    for (let y = 24; y < eastStreets.at(-1)!; y += PLACE_SPACING_METERS) {
      if (isNear(eastStreets, y, PLACE_SPACING_METERS)) continue;
      places.push({ x, y, streetHeading: 0 });
    }
  }
  return places;
}

/** A street as the line in its middle. */
export interface Street {
  /** Whether it runs east; else it runs north. */
  alongX: boolean;
  /** Where it lies: its y if it runs east, else its x. */
  at: number;
  /** The streets that cross it, ascending. */
  crossings: readonly number[];
}

/** All streets of a district. */
export function listStreets(
  { northStreets, eastStreets }: Pick<
    District,
    "northStreets" | "eastStreets"
  >,
): Street[] {
  return [
    ...eastStreets.map((at) => ({ alongX: true, at, crossings: northStreets })),
    ...northStreets.map((at) => ({
      alongX: false,
      at,
      crossings: eastStreets,
    })),
  ];
}

/** Draws the fixtures of one street, on both pavements. */
function lineStreet(
  random: Random,
  { alongX, at, crossings }: Street,
): Fixture[] {
  const fixtures: Fixture[] = [];
  const from = crossings[0]! - OUTER_METERS;
  const to = crossings.at(-1)! + OUTER_METERS;
  for (const side of [-1, 1]) {
    const treeShare = random.next() < 0.5 ? between(random, 0.3, 0.8) : 0.05;
    for (let along = from; along < to; along += between(random, 6, 10)) {
      const kind = drawKind(random, treeShare);
      const across = at +
        side * (ROAD_HALF_WIDTH + between(random, 0.5, 1.2));
      const fixture: Fixture = {
        kind,
        x: alongX ? along : across,
        y: alongX ? across : along,
        variant: random.nextInteger(4),
        scale: between(random, 0.85, 1.2),
      };
      if (!isNear(crossings, along, CROSSING_METERS)) fixtures.push(fixture);
      if (kind === "lamp") along += 8;
    }
  }
  return fixtures;
}

function drawKind(random: Random, treeShare: number): Fixture["kind"] {
  const chance = random.next();
  if (chance < treeShare) return "tree";
  if (chance < treeShare + 0.14) return "sign";
  return chance < treeShare + 0.2 ? "bin" : "lamp";
}

function isNear(
  values: readonly number[],
  value: number,
  distance: number,
): boolean {
  return values.some((other) => Math.abs(other - value) < distance);
}
