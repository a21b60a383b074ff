import assert from "node:assert/strict";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { readSplits } from "../../lib/doctor/splits.ts";
import type { FindingEvent } from "../../lib/doctor/finding.ts";
import { checkNameOrder } from "../../lib/doctor/name_order.ts";
import { checkPositions } from "../../lib/doctor/positions.ts";
import { checkPositives, checkTraining } from "../../lib/doctor/positives.ts";
import { createRandom } from "../../lib/random.ts";
import { tinyClasses } from "../tiny_classes.ts";
import { findingsOf, makePlaces } from "./make_places.ts";

/** Images of these classes, each against all others. */
function makeClasses(classes: readonly number[]): PlaceDataset {
  const images = {
    paths: classes.map((label, i) => `class_${label}/${i}.jpg`),
    eastMeters: Float64Array.from(classes),
    northMeters: new Float64Array(classes.length),
  };
  return makePlaces({
    ...{ database: images, queries: images, unit: "classes" },
    ...{ positiveRadius: 0.5, potentialPositiveRing: [0, 0.5] },
    ownDatabaseIndex: Int32Array.from(classes, (_, i) => i),
  });
}

Deno.test("checkPositives() and checkTraining() speak of classes", () => {
  const [whole] = findingsOf(checkPositives(makeClasses([0, 0, 1, 1]), false));
  assert.equal(
    whole?.what,
    "train: every query has a database image of its class",
  );
  const some = makeClasses([0, 0, 1, 2]);
  const [single] = findingsOf(checkPositives(some, false));
  assert.deepEqual([single?.grade, single?.what], [
    "warns",
    "train: 2 of 4 queries have no database image of their class",
  ]);
  assert.match(single!.where, /class_1\/2\.jpg/);
  assert.match(single!.fix, /50\.0 % at most: leave them out, or add images/);
  const [one] = findingsOf(checkPositives(makeClasses([0, 0]), false));
  assert.deepEqual([one?.grade, one?.fix], [
    "fails",
    "add images of other classes",
  ]);
  const [none] = findingsOf(checkPositives(makeClasses([0, 1]), false));
  assert.match(none!.fix, /^give classes of two or more images/);
  const [training] = findingsOf(checkTraining(some));
  assert.equal(
    training?.what,
    "train: 2 of 4 queries can be trained on (positives of their class)",
  );
  const [untrained] = findingsOf(checkTraining(makeClasses([0, 1])));
  assert.equal(untrained?.fix, "give classes of two or more images");
});

Deno.test("checkPositions() and checkNameOrder() have nothing to say of classes", () => {
  const classes = makeClasses([0, 0, 1, 1]);
  assert.deepEqual(findingsOf(checkPositions(classes)), []);
  assert.deepEqual(findingsOf(checkNameOrder(classes, createRandom(1))), []);
});

Deno.test("readSplits() reads test once where it is val too, and counts classes", async () => {
  const events: FindingEvent[] = [];
  const given = { dataset: "classes", dataPath: await tinyClasses() } as const;
  const stage = readSplits(given);
  while (true) {
    const { value, done } = await stage.next();
    if (done) {
      assert.deepEqual(value.map(({ split }) => split), ["train", "test"]);
      break;
    }
    events.push(value);
  }
  assert.match(
    findingsOf(events)[0]!.what,
    /: 36 queries of 6 classes, each against all others$/,
  );
});
