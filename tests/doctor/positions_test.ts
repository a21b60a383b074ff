import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { toUtm } from "../../lib/data/utm.ts";
import { checkPositions } from "../../lib/doctor/positions.ts";
import { findZoneJump } from "../../lib/doctor/zone_jump.ts";
import {
  findingsOf,
  listTroubles,
  makePlaces,
  makeStreet,
  moveTo,
} from "./make_places.ts";

const STREET = makePlaces();

function check(changes: Partial<PlaceDataset>): string[] {
  return listTroubles(findingsOf(checkPositions(makePlaces(changes))));
}

Deno.test("checkPositions() finds nothing wrong with a street", () => {
  assert.deepEqual(check({}), []);
  const [finding] = findingsOf(checkPositions(STREET));
  assert.equal(
    finding?.what,
    "train: 60 positions of database images, on 357 m x 472 m",
  );
});

Deno.test("checkPositions() finds nothing wrong with metres of a map of one's own, or with frames", () => {
  const toOwn = (east: number, north: number): [number, number] => [
    east - 500_000,
    north - 4.4e6,
  ];
  const { database, queries } = STREET;
  assert.deepEqual(
    check({
      database: moveTo(database, toOwn),
      queries: moveTo(queries, toOwn),
    }),
    [],
  );
  const frames = makePlaces({ unit: "frames" });
  assert.deepEqual(findingsOf(checkPositions(frames)), []);
});

Deno.test("checkPositions() finds degrees on both sides, and on one", () => {
  const toDegrees = (
    east: number,
    north: number,
  ): [number, number] => [48 + (north - 4.4e6) / 111e3, 11 + east / 1e9];
  const database = moveTo(STREET.database, toDegrees);
  const queries = moveTo(STREET.queries, toDegrees);
  assert.deepEqual(check({ database, queries }), ["fails degrees"]);
  assert.deepEqual(check({ queries }), ["fails degrees"]);
  const [finding] = findingsOf(checkPositions(makePlaces({ queries })));
  assert.equal(finding?.where, "queries/0.jpg is at 48, 11.001");
  assert.match(finding?.fix ?? "", /latitude and longitude of a CSV/);
});

Deno.test("checkPositions() finds swapped axes of the queries, of the database, and of both", () => {
  const swap = (east: number, north: number): [number, number] => [north, east];
  const database = moveTo(STREET.database, swap);
  const queries = moveTo(STREET.queries, swap);
  const [ofQueries] = findingsOf(checkPositions(makePlaces({ queries })));
  assert.equal(ofQueries?.grade, "fails");
  assert.equal(
    ofQueries?.what,
    "train: east and north of the queries are swapped",
  );
  const [ofDatabase] = findingsOf(checkPositions(makePlaces({ database })));
  assert.equal(
    ofDatabase?.what,
    "train: east and north of the database are swapped",
  );
  assert.deepEqual(check({ database, queries }), ["warns swapped axes"]);
});

Deno.test("checkPositions() finds a street that crosses the border of two UTM zones", () => {
  const cross = (zoneOf: (i: number) => number) =>
    moveTo(makeStreet(60), (_, __, i) => {
      const longitude = 12 + (i - 30) * 1e-4;
      const zone = { zone: zoneOf(i), isNorth: true };
      const { eastMeters, northMeters } = toUtm(48, longitude, zone);
      return [eastMeters, northMeters];
    });
  const own = cross((i) => i < 30 ? 32 : 33);
  const one = cross(() => 32);
  assert.deepEqual(check({ database: own, queries: own }), ["fails zone jump"]);
  assert.deepEqual(check({ database: one, queries: one }), []);
  const jump = findZoneJump([...own.eastMeters]);
  assert.deepEqual(jump?.counts, { west: 30, east: 30 });
});

Deno.test("findZoneJump() leaves cities far from each other alone", () => {
  assert.equal(findZoneJump([300e3, 301e3, 500e3, 501e3]), null);
  assert.equal(findZoneJump([300e3, 301e3]), null);
  assert.equal(findZoneJump([300e3]), null);
  assert.equal(findZoneJump([]), null);
});

Deno.test("checkPositions() finds the one image at 0, 0", () => {
  const database = moveTo(
    STREET.database,
    (east, north, i) => i === 7 ? [0, 0] : [east, north],
  );
  assert.deepEqual(check({ database }), ["warns lost images"]);
  const [finding] = findingsOf(checkPositions(makePlaces({ database })));
  assert.equal(finding?.where, "street/7.jpg at 0, 0");
});
