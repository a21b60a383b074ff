/**
 * Options of the demo city.
 *
 * @module
 */
import {
  COUNT,
  INTEGER,
  NOT_NEGATIVE,
  resolveOptions,
  type Rule,
} from "../../options.ts";

/** How large the demo city is and how hard to recognise. */
export interface DemoCityOptions {
  /** Seed of the city and of every photograph. */
  seed: number;
  /** Width of the photographs in pixels. */
  width: number;
  /** Height of the photographs in pixels. */
  height: number;
  /** Places photographed for the split `train`. */
  trainPlaces: number;
  /** Places photographed for the split `val`. */
  valPlaces: number;
  /** Places photographed for the splits `test` and `test250k`. */
  testPlaces: number;
  /** Database photographs per place, in different directions. */
  headingsPerPlace: number;
  /** Queries per place. */
  queriesPerPlace: number;
  /** How far light, weather and season of the queries differ from the database: 0 not at all, 1 nearly always. */
  conditionStrength: number;
  /** How far queries stand and look away from the database: 0 not at all, 1 up to 8 m and 14 degrees. */
  viewpointJitter: number;
  /** How full of cars and people the streets are: 0 empty, 1 full. */
  occluders: number;
  /** Quality of the JPEGs, 1 to 100. */
  quality: number;
  /** Worker threads; the photographs do not depend on it. */
  workers: number;
}

/** A city that two CPU cores make in about half a minute. */
export const DEMO_CITY_DEFAULTS: Readonly<DemoCityOptions> = Object.freeze({
  seed: 7,
  width: 192,
  height: 144,
  trainPlaces: 60,
  valPlaces: 25,
  testPlaces: 50,
  headingsPerPlace: 4,
  queriesPerPlace: 2,
  conditionStrength: 0.5,
  viewpointJitter: 0.4,
  occluders: 0.6,
  quality: 88,
  workers: 2,
});

const SHARE = numberUpTo(1);
const SIDE: Rule = {
  holds: (value) => Number.isInteger(value) && inRange(value, 16, 1024),
  wanted: "an integer from 16 to 1024",
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If a value breaks its rule; it names every such value.
 */
export function resolveDemoCityOptions(
  given: Partial<DemoCityOptions> = {},
): Readonly<DemoCityOptions> {
  return resolveOptions<DemoCityOptions>(given, {
    purpose: "make the demo city",
    defaults: DEMO_CITY_DEFAULTS,
    rules: {
      seed: INTEGER,
      width: SIDE,
      height: SIDE,
      trainPlaces: COUNT,
      valPlaces: COUNT,
      testPlaces: COUNT,
      headingsPerPlace: COUNT,
      queriesPerPlace: COUNT,
      conditionStrength: SHARE,
      viewpointJitter: SHARE,
      occluders: SHARE,
      quality: {
        holds: (value) => Number.isInteger(value) && inRange(value, 1, 100),
        wanted: "an integer from 1 to 100",
      },
      workers: COUNT,
    },
  });
}

function numberUpTo(most: number): Rule {
  return {
    holds: (value) => NOT_NEGATIVE.holds(value) && Number(value) <= most,
    wanted: `a number from 0 to ${most}`,
  };
}

function inRange(value: unknown, least: number, most: number): boolean {
  return Number(value) >= least && Number(value) <= most;
}
