import assert from "node:assert/strict";
import {
  degreesFromMeridian,
  findUtmZone,
  toUtm,
  type UtmZone,
} from "../../lib/data/utm.ts";

const RADIANS = Math.PI / 180;
const [A, F] = [6378137, 1 / 298.257223563];
const E2 = F * (2 - F);
/** Radii of curvature along and across the meridian, in metres. */
const alongMeridian = (latitude: number): number =>
  A * (1 - E2) / (1 - E2 * Math.sin(latitude * RADIANS) ** 2) ** 1.5;
const acrossMeridian = (latitude: number): number =>
  A / Math.sqrt(1 - E2 * Math.sin(latitude * RADIANS) ** 2);

/** Length of the meridian from the equator, by Simpson's rule: no series. */
function meridianArc(latitude: number): number {
  const steps = 2000;
  const step = latitude / steps;
  let sum = alongMeridian(0) + alongMeridian(latitude);
  for (let i = 1; i < steps; i++) {
    sum += (i % 2 === 1 ? 4 : 2) * alongMeridian(i * step);
  }
  return sum * step * RADIANS / 3;
}

Deno.test("toUtm() gives published positions", () => {
  // Eiffel Tower: Veness, Geodesy functions (millimetres); the others: test data of the Python package utm (metres).
  const published = [
    [48.8582, 2.2945, 31, 448251.795, 5411932.678, 0.0006],
    [40.71435, -74.00597, 18, 583960, 4507523, 0.5],
    [-41.28646, 174.77624, 60, 313784, 5427057, 0.5],
    [-33.92487, 18.42406, 34, 261878, 6243186, 0.5],
    [64.83778, -147.71639, 6, 466013, 7190568, 0.5],
  ] as const;
  for (const [latitude, longitude, zone, east, north, tolerance] of published) {
    const found = findUtmZone(latitude, longitude);
    assert.deepEqual(found, { zone, isNorth: latitude >= 0 });
    const { eastMeters, northMeters } = toUtm(latitude, longitude, found);
    assert.ok(Math.abs(eastMeters - east) <= tolerance, `${eastMeters}`);
    assert.ok(Math.abs(northMeters - north) <= tolerance, `${northMeters}`);
  }
});

Deno.test("toUtm() has the length of the meridian, by integration", () => {
  for (const latitude of [-80, -33.3, 0, 12.5, 55.7, 84]) {
    const place = toUtm(latitude, 15, { zone: 33, isNorth: true });
    assert.ok(Math.abs(place.eastMeters - 500e3) < 1e-6);
    const error = place.northMeters - 0.9996 * meridianArc(latitude);
    assert.ok(Math.abs(error) < 1e-5, `${latitude}: ${error}`);
  }
});

Deno.test("toUtm() keeps angles: with the length of the meridian that makes it the transverse Mercator projection", () => {
  const zone: UtmZone = { zone: 33, isNorth: true };
  const h = 1e-4; // degrees
  for (const latitude of [-60, 5, 55.7]) {
    for (const longitude of [7, 13.2, 16, 23]) {
      const slope = (dLatitude: number, dLongitude: number): number[] => {
        const after = toUtm(latitude + dLatitude, longitude + dLongitude, zone);
        const before = toUtm(
          latitude - dLatitude,
          longitude - dLongitude,
          zone,
        );
        const meters = 2 * RADIANS *
          (dLatitude !== 0
            ? dLatitude * alongMeridian(latitude)
            : dLongitude * acrossMeridian(latitude) *
              Math.cos(latitude * RADIANS));
        return [
          (after.eastMeters - before.eastMeters) / meters,
          (after.northMeters - before.northMeters) / meters,
        ];
      };
      const [eastByNorth, northByNorth] = slope(h, 0) as [number, number];
      const [eastByEast, northByEast] = slope(0, h) as [number, number];
      // 1e-9 m of rounding over a step of 10 m
      assert.ok(Math.abs(eastByEast - northByNorth) < 1e-9);
      assert.ok(Math.abs(eastByNorth + northByEast) < 1e-9);
    }
  }
});

Deno.test("toUtm() has no jump at the edge of a zone, the equator or the date line", () => {
  const distance = (
    [latitude, longitude]: [number, number],
    [otherLatitude, otherLongitude]: [number, number],
  ): number => {
    const zone = findUtmZone(latitude, longitude);
    const a = toUtm(latitude, longitude, zone);
    const b = toUtm(otherLatitude, otherLongitude, zone);
    return Math.hypot(
      a.eastMeters - b.eastMeters,
      a.northMeters - b.northMeters,
    );
  };
  const step = 1e-4; // about 11 m
  assert.ok(distance([50, 12 - step], [50, 12 + step]) < 15);
  assert.ok(distance([step, 12.5], [-step, 12.5]) < 23);
  assert.ok(distance([0, 180 - step], [0, -180 + step]) < 23);
  assert.equal(degreesFromMeridian(60, -179), 4);
  assert.equal(findUtmZone(0, 180).zone, 1);
});
