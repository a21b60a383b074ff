/**
 * Light, weather and season of a photograph, and how the camera took it.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { between, mixRgb, pickWeighted, type Rgb } from "./color.ts";
import { mix } from "./noise.ts";

/** What trees and grass look like. */
export type Season = "summer" | "autumn" | "winter";

/** Everything about a photograph that is not the place. */
export interface Condition {
  season: Season;
  /** Clockwise from north, in degrees. */
  sunAzimuth: number;
  /** Above the horizon, in degrees. */
  sunElevation: number;
  /** Light of the sun, linear. */
  sun: Rgb;
  /** Light of the sky from all sides, linear. */
  ambient: Rgb;
  zenith: Rgb;
  horizon: Rgb;
  /** Share of the sky with clouds, 0 to 1. */
  clouds: number;
  /** Distance at which haze hides two thirds, in metres. */
  hazeMeters: number;
  /** Strength of windows and lamps, 0 by day, 1 at night. */
  lamps: number;
  /** Snow on the ground, 0 to 1. */
  snow: number;
  /** Wetness of the ground, 0 to 1. */
  wet: number;
  /** Error of the automatic exposure, in stops. */
  exposureStops: number;
  /** Gains of red, green and blue: error of the white balance. */
  cast: Rgb;
  /** Contrast around the middle; 1 is neutral. */
  contrast: number;
  /** Saturation; 1 is neutral. */
  saturation: number;
  /** Standard deviation of the sensor's noise, in bytes. */
  noise: number;
  /** Seed of clouds, snow and noise. */
  seed: number;
}

type Light = Pick<
  Condition,
  | "sunElevation"
  | "sun"
  | "ambient"
  | "zenith"
  | "horizon"
  | "clouds"
  | "hazeMeters"
  | "lamps"
  | "wet"
>;

const DAY: Light = {
  sunElevation: 48,
  sun: [3.2, 2.95, 2.5],
  ambient: [0.6, 0.7, 0.86],
  zenith: [0.2, 0.42, 0.85],
  horizon: [0.72, 0.85, 1],
  clouds: 0.4,
  hazeMeters: 420,
  lamps: 0,
  wet: 0,
};

/** What the light of a query can be, and how often; the rest is plain day. */
const LIGHTS = {
  day: DAY,
  overcast: {
    ...DAY,
    sun: [0.12, 0.12, 0.12],
    ambient: [0.86, 0.9, 0.95],
    zenith: [0.6, 0.64, 0.7],
    horizon: [0.82, 0.85, 0.88],
    clouds: 0.9,
    hazeMeters: 240,
  },
  rain: {
    ...DAY,
    sun: [0.03, 0.03, 0.03],
    ambient: [0.42, 0.46, 0.52],
    zenith: [0.32, 0.36, 0.42],
    horizon: [0.5, 0.54, 0.58],
    clouds: 0.95,
    hazeMeters: 110,
    lamps: 0.12,
    wet: 1,
  },
  golden: {
    ...DAY,
    sunElevation: 14,
    sun: [2.6, 1.45, 0.55],
    ambient: [0.5, 0.5, 0.66],
    zenith: [0.25, 0.38, 0.68],
    horizon: [1.15, 0.78, 0.46],
    hazeMeters: 220,
    lamps: 0.05,
  },
  dusk: {
    ...DAY,
    sunElevation: 4,
    sun: [0.06, 0.03, 0.03],
    ambient: [0.13, 0.15, 0.29],
    zenith: [0.05, 0.09, 0.26],
    horizon: [0.55, 0.3, 0.3],
    hazeMeters: 260,
    lamps: 0.5,
  },
  night: {
    ...DAY,
    sunElevation: 40,
    sun: [0.01, 0.012, 0.02],
    ambient: [0.028, 0.034, 0.06],
    zenith: [0.006, 0.009, 0.022],
    horizon: [0.04, 0.036, 0.045],
    clouds: 0.2,
    hazeMeters: 300,
    lamps: 1,
  },
} as const satisfies Record<string, Light>;

const QUERY_LIGHTS = {
  day: 2,
  overcast: 2,
  rain: 1.5,
  golden: 2,
  dusk: 1.5,
  night: 2,
};

/** The condition of database photographs: a summer's day, never quite the same. */
export function createDatabaseCondition(random: Random): Condition {
  return {
    ...DAY,
    season: "summer",
    sunAzimuth: between(random, 120, 250),
    sunElevation: between(random, 35, 62),
    clouds: between(random, 0.2, 0.6),
    snow: 0,
    ...drawCamera(random, 0.25),
  };
}

/**
 * The condition of a query.
 *
 * @param strength 0: all as the database; 0.5: from that to any light, weather and season; 1: nearly all far from it.
 */
export function createQueryCondition(
  random: Random,
  strength: number,
): Condition {
  const base = createDatabaseCondition(random.fork("base"));
  const amount = Math.min(1, 2 * strength * random.next());
  const light = LIGHTS[pickWeighted(random, QUERY_LIGHTS)];
  const isOtherSeason = random.next() < amount;
  const season = pickWeighted(random, { summer: 2, autumn: 2, winter: 3 });
  const hasSnow = isOtherSeason && season === "winter" && random.next() < 0.6;
  return {
    ...base,
    ...mixLights(base, light, amount),
    ...drawCamera(random, mix(0.25, 1, amount)),
    sunAzimuth: mix(base.sunAzimuth, between(random, 80, 290), amount),
    season: isOtherSeason ? season : "summer",
    snow: hasSnow ? between(random, 0.5, 1) : 0,
  };
}

function mixLights(from: Light, to: Light, amount: number): Light {
  return {
    sunElevation: mix(from.sunElevation, to.sunElevation, amount),
    sun: mixRgb(from.sun, to.sun, amount),
    ambient: mixRgb(from.ambient, to.ambient, amount),
    zenith: mixRgb(from.zenith, to.zenith, amount),
    horizon: mixRgb(from.horizon, to.horizon, amount),
    clouds: mix(from.clouds, to.clouds, amount),
    hazeMeters: mix(from.hazeMeters, to.hazeMeters, amount),
    lamps: mix(from.lamps, to.lamps, amount),
    wet: mix(from.wet, to.wet, amount),
  };
}

function drawCamera(
  random: Random,
  strength: number,
): Pick<
  Condition,
  "exposureStops" | "cast" | "contrast" | "saturation" | "noise" | "seed"
> {
  const spread = (width: number): number =>
    strength * width * (2 * random.next() - 1);
  return {
    exposureStops: spread(0.8),
    cast: [1 + spread(0.18), 1 + spread(0.05), 1 + spread(0.22)],
    contrast: 1 + spread(0.25),
    saturation: 1 + spread(0.4),
    noise: 1.5 + 4 * strength * random.next(),
    seed: random.nextInteger(0x7fffffff),
  };
}
