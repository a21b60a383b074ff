/**
 * Finds positions of two UTM zones on one map.
 *
 * @module
 */

/** Where one zone ends and the next begins, on one map. */
export interface ZoneJump {
  /** Smallest east of the images at the end of the western zone, in metres. */
  west: number;
  /** Largest east of the images at the start of the eastern zone, in metres. */
  east: number;
  /** Metres that a step over the border seems to be. */
  gapMeters: number;
  /** Images of the western and of the eastern zone. */
  counts: { west: number; east: number };
}

/** A dataset has no holes of this width. */
const LEAST_GAP_METERS = 100e3;
/** Twice the east of the middle of every zone. */
const TWICE_MIDDLE_METERS = 1e6;
/** How far from the border its nearest images may be, on both sides together. */
const TOLERANCE_METERS = 50e3;

/**
 * Finds out whether positions lie on both sides of the border of two UTM zones,
 * each in its own zone.
 *
 * East is 500 km in the middle of every zone, and zones are equally wide: at the
 * border the western zone ends as far beyond 500 km as the eastern one begins
 * before it. So the widest gap between images has ends that add up to 1000 km.
 *
 * @param eastMeters In any order.
 */
export function findZoneJump(eastMeters: readonly number[]): ZoneJump | null {
  const sorted = Float64Array.from(eastMeters).sort();
  let at = 0;
  for (let i = 1; i < sorted.length; i++) {
    const gap = sorted[i]! - sorted[i - 1]!;
    if (at === 0 || gap > sorted[at]! - sorted[at - 1]!) at = i;
  }
  if (at === 0) return null;
  const [east, west] = [sorted[at - 1]!, sorted[at]!];
  const gapMeters = west - east;
  const isBorder = gapMeters > LEAST_GAP_METERS &&
    Math.abs(west + east - TWICE_MIDDLE_METERS) < TOLERANCE_METERS;
  if (!isBorder) return null;
  const counts = { west: sorted.length - at, east: at };
  return { west, east, gapMeters, counts };
}
