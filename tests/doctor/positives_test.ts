import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { checkDuplicates, checkOverlap } from "../../lib/doctor/duplicates.ts";
import { checkPositives, checkTraining } from "../../lib/doctor/positives.ts";
import {
  findingsOf,
  listTroubles,
  makePlaces,
  makeStreet,
  moveTo,
} from "./make_places.ts";

const FAR = moveTo(
  makeStreet(60, { name: (i) => `queries/${i}.jpg` }),
  (east, north, i) => [east + (i < 20 ? 0 : 40_000), north],
);

Deno.test("checkPositives() counts queries without a positive, and how many a wider radius leaves", () => {
  const near = makePlaces();
  assert.deepEqual(listTroubles(findingsOf(checkPositives(near, false))), []);
  const queries = moveTo(
    makeStreet(60),
    (east, north, i) =>
      i < 20 ? [east, north] : [499_930 + (i % 2) * 30, 4.4e6],
  );
  const [finding] = findingsOf(checkPositives(makePlaces({ queries }), false));
  assert.equal(finding?.grade, "warns");
  assert.equal(
    finding?.what,
    "train: 40 of 60 queries have no database image within 25 m",
  );
  assert.match(finding?.where ?? "", /^20 within 50 m, 0 within 100 m; /);
  assert.match(finding?.fix ?? "", /Recall@N is 33\.3 % at most/);
});

Deno.test("checkPositives() fails where no query has a positive, and says how far away they are", () => {
  const queries = moveTo(FAR, (east, north) => [east + 90_000, north]);
  const places = makePlaces({ queries });
  const [finding] = findingsOf(checkPositives(places, false));
  assert.equal(finding?.grade, "fails");
  assert.match(finding?.where ?? "", /13\d km from the nearest/);
  assert.deepEqual(findingsOf(checkPositives(places, true)), []);
});

Deno.test("checkPositives() fails where everything is a positive, and knows leave-one-out", () => {
  const tight = makePlaces({ positiveRadius: 1000 });
  const one = (changes: Partial<PlaceDataset>): PlaceDataset =>
    makePlaces({
      queries: tight.database,
      database: tight.database,
      ownDatabaseIndex: Int32Array.from({ length: 60 }, (_, i) => i),
      ...changes,
    });
  for (const places of [tight, one({ positiveRadius: 1000 })]) {
    const [finding] = findingsOf(checkPositives(places, false));
    assert.equal(finding?.grade, "fails");
    assert.match(finding?.what ?? "", /every database image is a positive/);
  }
  assert.deepEqual(
    listTroubles(findingsOf(checkPositives(one({}), false))),
    [],
  );
  const lonely = one({ positiveRadius: 5 });
  assert.deepEqual(
    listTroubles(findingsOf(checkPositives(lonely, false))),
    ["fails positives"],
  );
});

Deno.test("checkTraining() counts the queries that can be trained on", () => {
  const [well] = findingsOf(checkTraining(makePlaces()));
  assert.equal(well?.grade, "fine");
  assert.match(well?.what ?? "", /60 of 60 queries can be trained on/);
  const [few] = findingsOf(checkTraining(makePlaces({ queries: FAR })));
  assert.equal(few?.grade, "warns");
  assert.match(few?.what ?? "", /20 of 60 queries/);
  const ring = makePlaces({ potentialPositiveRing: [0, 1] });
  const [none] = findingsOf(checkTraining(ring));
  assert.equal(none?.grade, "fails");
  assert.equal(none?.what, "Cannot train: no query has a potential positive");
});

Deno.test("checkDuplicates() finds images that are listed twice, and on both sides", () => {
  const { database } = makePlaces();
  const check = (changes: Partial<PlaceDataset>): string[] =>
    findingsOf(checkDuplicates(makePlaces(changes))).map(({ what }) => what);
  assert.deepEqual(check({}), ["train: no image is listed twice"]);
  const twice = { ...database, paths: database.paths.with(1, "street/0.jpg") };
  assert.deepEqual(check({ database: twice }), [
    "train: 1 image listed more than once in the database",
  ]);
  const queries = { ...database };
  assert.deepEqual(check({ queries }), [
    "train: 60 queries will find the same file in the database",
  ]);
  assert.deepEqual(check({ database, queries: database }), [
    "train: no image is listed twice",
  ]);
});

Deno.test("checkOverlap() finds images that two splits share, however they are written", () => {
  const train = makePlaces();
  const test = makePlaces({
    split: "test",
    database: makeStreet(3, { name: (i) => `other/${i}.jpg` }),
    queries: makeStreet(2, { name: (i) => `./queries/${i}.jpg` }),
  });
  const [finding, ...others] = findingsOf(checkOverlap([train, test]));
  assert.equal(finding?.what, "train and test share 2 images");
  assert.equal(finding?.grade, "warns");
  assert.deepEqual(others, []);
  assert.deepEqual(findingsOf(checkOverlap([train])), []);
});
