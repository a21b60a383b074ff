import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import { findReadable, keepReadable } from "../../lib/data/readable.ts";
import { drain } from "../../lib/progress.ts";
import { inFolder } from "../in_folder.ts";
import { goldenPath } from "./image/images.ts";

const GOOD = ["base_420.jpg", "gray.jpg", "odd_420.jpg"]
  .map((name) => goldenPath(`b_jpeg/${name}`)) as [string, string, string];

function placeImages(paths: readonly string[]): PlaceImages {
  return {
    paths,
    eastMeters: Float64Array.from(paths, (_, i) => 10 * i),
    northMeters: Float64Array.from(paths, (_, i) => -i),
  };
}

function makeDataset(
  database: PlaceImages,
  queries: PlaceImages,
  ownDatabaseIndex?: Int32Array,
): PlaceDataset {
  return {
    name: "some",
    split: "all",
    database,
    queries,
    positiveRadius: 25,
    potentialPositiveRing: [0, 10],
    unit: "meters",
    ...(ownDatabaseIndex && { ownDatabaseIndex }),
  };
}

/** Gives a test the path of a file that is no image. */
function withBadImage(act: (bad: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const bad = join(folder, "bad.jpg");
    await Deno.writeTextFile(bad, "no image");
    await act(bad);
  });
}

/** Runs `keepReadable()`; the texts of its notes are added to `notes`. */
function keep(
  dataset: PlaceDataset,
  notes: string[] = [],
): Promise<PlaceDataset> {
  return drain(keepReadable(dataset, {}), (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
}

Deno.test("findReadable() lists what can be read, and counts and names the rest", () =>
  withBadImage(async (bad) => {
    const events: string[] = [];
    const paths = [GOOD[0], bad, GOOD[1], `${bad}.missing`, GOOD[2]];
    const readable = await drain(
      findReadable(paths, {}),
      (event) =>
        events.push(
          event.kind === "note"
            ? event.text
            : `${event.phase} ${event.done}/${event.total}`,
        ),
    );
    assert.deepEqual(readable, [0, 2, 4]);
    assert.equal(events.at(-2), "check images 5/5");
    assert.equal(
      events.at(-1),
      `left out 2 of 5 images that cannot be read: ${bad}, ${bad}.missing`,
    );
  }));

Deno.test("findReadable() names ten, and counts the others", () =>
  withBadImage(async (bad) => {
    const paths = [GOOD[0], ...Array.from({ length: 12 }, () => bad)];
    const notes: string[] = [];
    await drain(findReadable(paths, {}), (event) => {
      if (event.kind === "note") notes.push(event.text);
    });
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /^left out 12 of 13 images/);
    assert.equal(notes[0]!.split(bad).length - 1, 10);
    assert.match(notes[0]!, / and 2 more$/);
  }));

Deno.test("findReadable() refuses to go on with nothing", () =>
  withBadImage(async (bad) => {
    await assert.rejects(drain(findReadable([bad, bad], {})), {
      name: "DatasetError",
      message: /^Cannot read any of the images/,
      where: `${bad} and 1 others`,
    });
  }));

Deno.test("keepReadable() leaves out images with their positions, on both sides", () =>
  withBadImage(async (bad) => {
    const notes: string[] = [];
    const kept = await keep(
      makeDataset(
        placeImages([bad, GOOD[0], GOOD[1]]),
        placeImages([GOOD[2], bad]),
      ),
      notes,
    );
    assert.deepEqual(kept.database, {
      paths: [GOOD[0], GOOD[1]],
      eastMeters: Float64Array.of(10, 20),
      northMeters: Float64Array.of(-1, -2),
    });
    assert.deepEqual(kept.queries.paths, [GOOD[2]]);
    assert.equal(kept.ownDatabaseIndex, undefined);
    assert.equal(notes.length, 2);
  }));

Deno.test("keepReadable() keeps one side where the queries are the database", () =>
  withBadImage(async (bad) => {
    const images = placeImages([GOOD[0], bad, GOOD[1]]);
    const notes: string[] = [];
    const own = Int32Array.of(0, 1, 2);
    const kept = await keep(makeDataset(images, images, own), notes);
    assert.equal(kept.queries, kept.database);
    assert.deepEqual(kept.database.paths, [GOOD[0], GOOD[1]]);
    assert.deepEqual(kept.ownDatabaseIndex, Int32Array.of(0, 1));
    assert.equal(notes.length, 1);

    const { ownDatabaseIndex } = await keep(makeDataset(images, images));
    assert.equal(ownDatabaseIndex, undefined);
  }));

Deno.test("keepReadable() moves the indices of queries that are in the database", () =>
  withBadImage(async (bad) => {
    const { ownDatabaseIndex } = await keep(makeDataset(
      placeImages([bad, GOOD[0], GOOD[1]]),
      placeImages([GOOD[1], bad, GOOD[0], GOOD[2]]),
      Int32Array.of(2, 0, 1, -1),
    ));
    assert.deepEqual(ownDatabaseIndex, Int32Array.of(1, 0, -1));
  }));
