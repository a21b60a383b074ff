import assert from "node:assert/strict";
import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import {
  countClasses,
  type LabeledImages,
  labelImages,
} from "../../lib/train/label_images.ts";

const OPTIONS = { classCellMeters: 10 };

function place(name: string, positions: [number, number][]): PlaceImages {
  return {
    paths: positions.map((_, i) => `${name}${i}`),
    eastMeters: Float64Array.from(positions, ([east]) => east),
    northMeters: Float64Array.from(positions, ([, north]) => north),
  };
}

function makeDataset(
  unit: PlaceDataset["unit"],
  database: [number, number][],
  queries?: [number, number][],
  positiveRadius = 25,
): PlaceDataset {
  const searched = place("d", database);
  return {
    ...{ name: "set", split: "train", unit, positiveRadius },
    database: searched,
    queries: queries ? place("q", queries) : searched,
    potentialPositiveRing: [0, positiveRadius],
  };
}

/** Labels, and the notes that came with them. */
function label(dataset: PlaceDataset): LabeledImages & { notes: string[] } {
  const events = labelImages(dataset, OPTIONS);
  const notes: string[] = [];
  while (true) {
    const { value, done } = events.next();
    if (done) return { ...value, notes };
    notes.push(value.text);
  }
}

Deno.test("labelImages() takes classes as they are, and leaves out images that are alone", () => {
  const classes = [5, 5, 2, 7, 7].map((each): [number, number] => [each, 0]);
  assert.deepEqual(label(makeDataset("classes", classes)), {
    paths: ["d0", "d1", "d3", "d4"],
    labels: [0, 0, 1, 1],
    numClasses: 2,
    notes: [
      "learning 2 classes from 4 images",
      "1 of 5 training images are alone in their class; they are left out",
    ],
  });
});

Deno.test("labelImages() puts positions into cells, those of queries too", () => {
  const dataset = makeDataset(
    "meters",
    [[500_001, 4_000_001], [500_009.9, 4_000_009.9], [500_010, 4_000_001]],
    [[500_019, 4_000_000], [499_999, 4_000_001], [499_990, 4_000_009]],
  );
  assert.deepEqual(label(dataset), {
    paths: ["d0", "d1", "d2", "q0", "q1", "q2"],
    labels: [0, 0, 1, 1, 2, 2],
    numClasses: 3,
    notes: ["learning 3 cells of 10 x 10 m from 6 images"],
  });
  assert.equal(countClasses(dataset, OPTIONS), 3);
  assert.equal(countClasses(dataset, { classCellMeters: 20 }), 2);
});

Deno.test("labelImages() puts frames into runs that are within the radius of each other", () => {
  const frames = [0, 1, 2, 3, 4, 5].map((each): [number, number] => [each, 0]);
  const { labels, notes } = label(makeDataset("frames", frames, frames, 2));
  assert.deepEqual(labels, [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
  assert.deepEqual(notes, ["learning 2 runs of 3 frames from 12 images"]);
});

Deno.test("labelImages() refuses data with fewer than two classes, or none at all", () => {
  const one = makeDataset("meters", [[1, 1], [2, 2], [50, 50]]);
  assert.throws(() => label(one), {
    name: "DatasetError",
    where: "set, split train: classes of two or more images: 1",
    fix: /classCellMeters/,
  });
  assert.throws(() => label(makeDataset("lists", [[1, 1], [1, 1]])), {
    name: "DatasetError",
    where: /only lists what is right/,
  });
});
