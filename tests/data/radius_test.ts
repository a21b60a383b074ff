import assert from "node:assert/strict";
import fc from "fast-check";
import { findWithinRadius, type Neighbors } from "../../lib/data/radius.ts";

interface Places {
  eastMeters: Float64Array;
  northMeters: Float64Array;
}

function toPlaces(rows: readonly (readonly number[])[]): Places {
  return {
    eastMeters: Float64Array.from(rows, (row) => row[0]!),
    northMeters: Float64Array.from(rows, (row) => row[1]!),
  };
}

function toLists({ offsets, indices }: Neighbors): number[][] {
  return Array.from(
    { length: offsets.length - 1 },
    (_, i) => [...indices.subarray(offsets[i], offsets[i + 1])],
  );
}

/** Every pair, in plain loops. */
function findWithinRadiusReference(
  from: readonly (readonly [number, number])[],
  among: readonly (readonly [number, number])[],
  radius: number,
  minRadius: number,
): number[][] {
  return from.map(([east, north]) =>
    among.flatMap(([otherEast, otherNorth], j) => {
      const squared = (otherEast - east) ** 2 + (otherNorth - north) ** 2;
      const isBeyondMin = minRadius === 0 || squared > minRadius ** 2;
      return squared <= radius ** 2 && isBeyondMin ? [j] : [];
    })
  );
}

Deno.test("findWithinRadius() finds what comparing every pair finds", () => {
  // UTM of one city on a grid of quarter metres: many distances are exactly the radius.
  const coordinate = (origin: number): fc.Arbitrary<number> =>
    fc.oneof(
      fc.nat(400).map((n) => origin + n / 4),
      fc.double({ min: 0, max: 100, noNaN: true }).map((x) => origin + x),
    );
  const place = fc.tuple(coordinate(584900), coordinate(4476900));
  const near0 = fc.tuple(coordinate(0), coordinate(-50));
  // More than the 64 that the index compares one by one.
  const MANY = { minLength: 60, maxLength: 400, size: "max" } as const;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.tuple(fc.array(place), fc.array(place, MANY)),
        fc.tuple(fc.array(near0), fc.array(near0, MANY)),
      ),
      fc.constantFrom(0, 5, 25, 12.5, 0.1 + 0.2, 33.3),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ([from, among], radius, part) => {
        const minRadius = part < 0.3 ? 0 : part * radius;
        assert.deepEqual(
          toLists(
            findWithinRadius(toPlaces(from), toPlaces(among), radius, {
              minRadius,
            }),
          ),
          findWithinRadiusReference(from, among, radius, minRadius),
        );
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

Deno.test("findWithinRadius() includes the radius, not the inner one, and distance 0 only without an inner one", () => {
  const from = toPlaces([[1e6, 5e6]]);
  const among = toPlaces([[1e6, 5e6], [1e6 + 3, 5e6 + 4], [1e6 + 25, 5e6], [
    1e6,
    5e6 + 25.000001,
  ]]);
  const find = (radius: number, minRadius: number): number[] => [
    ...findWithinRadius(from, among, radius, { minRadius }).indices,
  ];
  assert.deepEqual(find(25, 0), [0, 1, 2]);
  assert.deepEqual(find(25, 5), [2]);
  assert.deepEqual(find(5, 1), [1]);
  assert.deepEqual(find(0, 0), [0]);
});

Deno.test("findWithinRadius() decides by the float64 distance also where a search box is rounded", () => {
  // 1 − (−1e-20) is 1 in float64, but 1 − 1 is above −1e-20: a box of that radius leaves them out.
  const among = toPlaces(Array.from({ length: 200 }, () => [-1e-20, 0]));
  const { indices } = findWithinRadius(toPlaces([[1, 0]]), among, 1);
  assert.equal(indices.length, 200);
});

Deno.test("findWithinRadius() leaves out each image's own index", () => {
  const places = toPlaces([[0, 0], [1, 0], [2, 0]]);
  const leaveOut = Int32Array.of(0, -1, 2);
  const found = findWithinRadius(places, places, 1, { leaveOut });
  assert.deepEqual(toLists(found), [[1], [0, 1, 2], [1]]);
});

Deno.test("findWithinRadius() takes empty lists", () => {
  const [none, one] = [toPlaces([]), toPlaces([[0, 0]])];
  assert.deepEqual(toLists(findWithinRadius(none, one, 1)), []);
  assert.deepEqual(toLists(findWithinRadius(one, none, 1)), [[]]);
});

Deno.test("findWithinRadius() refuses radii out of order and indices out of step", () => {
  const one = toPlaces([[0, 0]]);
  for (
    const [radius, minRadius] of [[-1, 0], [5, 6], [NaN, 0], [Infinity, 0]]
  ) {
    assert.throws(
      () => findWithinRadius(one, one, radius!, { minRadius: minRadius! }),
      {
        name: "OptionsError",
        where: `minRadius is ${minRadius}, radius ${radius}`,
        fix: /0 <= minRadius <= radius/,
      },
    );
  }
  const leaveOut = new Int32Array(2);
  assert.throws(() => findWithinRadius(one, one, 1, { leaveOut }), {
    name: "ShapeError",
    where: "argument leaveOut",
    fix: /one index for each of the 1 images/,
  });
});
