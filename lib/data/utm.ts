/**
 * Latitude and longitude → UTM.
 *
 * @module
 */

/** One UTM zone of one hemisphere: where east and north are counted from. */
export interface UtmZone {
  /** 1 to 60, west to east. */
  zone: number;
  /** Whether north is counted from the equator; otherwise from 10 000 km south of it. */
  isNorth: boolean;
}

/** A place on the map of a zone. */
export interface UtmPosition {
  /** From the zone's middle, plus 500 km. */
  eastMeters: number;
  /** From where the zone says. */
  northMeters: number;
}

/** WGS84. */
const EQUATORIAL_RADIUS_METERS = 6378137;
const FLATTENING = 1 / 298.257223563;

const CENTRAL_SCALE = 0.9996;
const FALSE_EAST_METERS = 500e3;
const FALSE_NORTH_METERS = 10000e3;

/** Third flattening, and what follows from it. */
const n = FLATTENING / (2 - FLATTENING);
const ECCENTRICITY = 2 * Math.sqrt(n) / (1 + n);
const RECTIFYING_RADIUS_METERS = EQUATORIAL_RADIUS_METERS / (1 + n) *
  (1 + n ** 2 / 4 + n ** 4 / 64);
/** Krüger's α_1 to α_4: what is left out is below a micrometre. */
const ALPHA = [
  n / 2 - 2 * n ** 2 / 3 + 5 * n ** 3 / 16 + 41 * n ** 4 / 180,
  13 * n ** 2 / 48 - 3 * n ** 3 / 5 + 557 * n ** 4 / 1440,
  61 * n ** 3 / 240 - 103 * n ** 4 / 140,
  49561 * n ** 4 / 161280,
];

/**
 * The zone that a place lies in. The wider zones of Norway and Svalbard are not
 * followed: they change where metres are counted from, not distances.
 *
 * @param latitude Degrees north, [-90, 90].
 * @param longitude Degrees east, [-180, 180].
 */
export function findUtmZone(latitude: number, longitude: number): UtmZone {
  const zone = Math.floor((longitude + 180) / 6) % 60 + 1;
  return { zone, isNorth: latitude >= 0 };
}

/** Degrees from the central meridian of a zone, the short way round, in [-180, 180). */
export function degreesFromMeridian(zone: number, longitude: number): number {
  const degrees = longitude - (6 * zone - 183);
  return degrees - 360 * Math.floor((degrees + 180) / 360);
}

/**
 * Converts a position on WGS84 to UTM, to a millimetre and better within 9° of
 * the zone's central meridian.
 *
 * @param latitude Degrees north, [-90, 90].
 * @param longitude Degrees east, [-180, 180].
 * @param zone Zone to count in, which need not be the one that the position lies in.
 *
 * @example
 * ```ts
 * import { findUtmZone, toUtm } from "@whereabouts/whereabouts";
 *
 * const [latitude, longitude] = [55.70584, 13.19321];
 * const zone = findUtmZone(latitude, longitude); // { zone: 33, isNorth: true }
 * const { eastMeters, northMeters } = toUtm(latitude, longitude, zone);
 * console.log(eastMeters, northMeters);
 * ```
 *
 * Source: Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy 2011, eq. 7-9, 11, 12 and 35.
 */
export function toUtm(
  latitude: number,
  longitude: number,
  { zone, isNorth }: UtmZone,
): UtmPosition {
  const lambda = degreesFromMeridian(zone, longitude) * Math.PI / 180;
  const tau = Math.tan(latitude * Math.PI / 180);
  const sigma = Math.sinh(
    ECCENTRICITY * Math.atanh(ECCENTRICITY * tau / Math.hypot(1, tau)),
  );
  const conformal = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau);
  const xiSphere = Math.atan2(conformal, Math.cos(lambda));
  const etaSphere = Math.asinh(
    Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)),
  );
  let [xi, eta] = [xiSphere, etaSphere];
  ALPHA.forEach((alpha, i) => {
    const order = 2 * (i + 1);
    xi += alpha * Math.sin(order * xiSphere) * Math.cosh(order * etaSphere);
    eta += alpha * Math.cos(order * xiSphere) * Math.sinh(order * etaSphere);
  });
  const scale = CENTRAL_SCALE * RECTIFYING_RADIUS_METERS;
  return {
    eastMeters: FALSE_EAST_METERS + scale * eta,
    northMeters: (isNorth ? 0 : FALSE_NORTH_METERS) + scale * xi,
  };
}
