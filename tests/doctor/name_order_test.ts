import assert from "node:assert/strict";
import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import {
  checkNameOrder,
  compareNeighbors,
  LEAST_DEVIATIONS,
} from "../../lib/doctor/name_order.ts";
import { createRandom } from "../../lib/random.ts";
import {
  findingsOf,
  listTroubles,
  makePlaces,
  makeStreet,
  moveTo,
} from "./make_places.ts";

function check(changes: Partial<PlaceDataset>): string[] {
  const events = checkNameOrder(makePlaces(changes), createRandom(1));
  return listTroubles(findingsOf(events));
}

/** The same names, with positions in another order. */
function shuffle(images: PlaceImages, seed = 2): PlaceImages {
  const N = images.paths.length;
  const order = createRandom(seed).sampleDistinct(N, N);
  return moveTo(images, (_, __, i) => [
    images.eastMeters[order[i]!]!,
    images.northMeters[order[i]!]!,
  ]);
}

const WRONG = ["warns name order"];
const PROVED = ["fails name order"];

Deno.test("checkNameOrder() finds nothing wrong with a numbered street, in any order of the list", () => {
  assert.deepEqual(check({}), []);
  const street = makeStreet(60);
  const reversed: PlaceImages = {
    paths: street.paths.toReversed(),
    eastMeters: street.eastMeters.toReversed(),
    northMeters: street.northMeters.toReversed(),
  };
  assert.deepEqual(check({ database: reversed }), []);
});

Deno.test("checkNameOrder() finds shuffled positions of a numbered street", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    assert.deepEqual(check({ database: shuffle(makeStreet(60), seed) }), WRONG);
  }
  assert.deepEqual(check({ queries: shuffle(makeStreet(60)) }), WRONG);
});

Deno.test("checkNameOrder() says nothing of names that are no sequence", () => {
  const random = createRandom(3);
  const name = (): string =>
    `street/${
      Array.from({ length: 9 }, () =>
        String.fromCharCode(97 + random.nextInteger(26))).join("")
    }.jpg`;
  assert.deepEqual(check({ database: shuffle(makeStreet(60, { name })) }), []);
});

Deno.test("checkNameOrder() finds positions that are not those in the names", () => {
  const name = (i: number): string =>
    `@${500_000 + 6 * i}@${4.4e6 + 8 * i}@${i}.jpg`;
  const named = makeStreet(60, { name });
  assert.deepEqual(check({ database: named }), []);
  assert.deepEqual(check({ database: shuffle(named) }), PROVED);
});

Deno.test("checkNameOrder() finds views of one panorama that are torn apart by a list that is shifted", () => {
  const name = (i: number): string =>
    `000/${String(Math.floor(i / 12)).padStart(6, "0")}_pitch1_yaw${
      i % 12 + 1
    }.jpg`;
  const panoramas = moveTo(makeStreet(240, { name }), (_, __, i) => {
    const place = Math.floor(i / 12);
    return [500_000 + 60 * place, 4.4e6 + 80 * place];
  });
  assert.deepEqual(check({ database: panoramas }), []);
  const shifted = moveTo(panoramas, (_, __, i) => {
    const from = (i + 5) % 240;
    return [panoramas.eastMeters[from]!, panoramas.northMeters[from]!];
  });
  assert.deepEqual(check({ database: shifted }), PROVED);
});

Deno.test("compareNeighbors() gives deviations of mean 0 and variance 1 for shuffled positions", () => {
  const pairs = Array.from({ length: 59 }, (_, i) => [i, i + 1] as const);
  const deviations = Array.from({ length: 100 }, (_, seed) =>
    compareNeighbors(
      shuffle(makeStreet(60), seed),
      pairs,
      createRandom(seed),
    ).deviations);
  const mean = deviations.reduce((sum, z) => sum + z, 0) / 100;
  const variance = deviations.reduce((sum, z) => sum + z ** 2, 0) / 100;
  assert.ok(Math.abs(mean) < 0.35, `${mean}`);
  assert.ok(variance > 0.5 && variance < 1.6, `${variance}`);
  assert.ok(deviations.every((z) => z < LEAST_DEVIATIONS + 0.5));
});
