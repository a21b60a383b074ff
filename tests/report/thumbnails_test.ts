import assert from "node:assert/strict";
import { DatasetError } from "../../lib/errors.ts";
import { drain, type NoteEvent } from "../../lib/progress.ts";
import { makeGallery } from "../../lib/report/make_gallery.ts";
import {
  drawThumbnails,
  type ThumbnailSettings,
  type ThumbnailSource,
} from "../../lib/report/thumbnails.ts";
import { makeEvaluation } from "./make_evaluation.ts";

/** Four queries, of which the first and the last are right; database image 1 is shown for three of them. */
const GALLERY = makeGallery(
  makeEvaluation({
    queries: [["q0", 0], ["q1", 1000], ["q2", 3000], ["q3", 100]],
    database: [["d0", 0], ["d1", 100], ["d2", 1000], ["d3", 1010]],
    predictions: [[0], [1], [1], [1]],
  }),
  ".",
);

/** Draws three bytes, four in base64, of every file but some. */
function makeSource(
  unreadable: readonly string[] = [],
): ThumbnailSource & { drawn: string[]; mostAtOnce: number } {
  let atOnce = 0;
  const source = {
    drawn: [] as string[],
    mostAtOnce: 0,
    async draw(path: string): Promise<Uint8Array> {
      source.drawn.push(path);
      source.mostAtOnce = Math.max(source.mostAtOnce, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve));
      atOnce--;
      if (unreadable.includes(path)) {
        throw new DatasetError("Cannot", { where: path, fix: "" });
      }
      return new TextEncoder().encode(path.padEnd(3));
    },
    [Symbol.dispose]: () => {},
  };
  return source;
}

async function drawAll(
  settings: Partial<ThumbnailSettings> = {},
): Promise<{ files: string[]; events: object[]; store: Map<string, unknown> }> {
  const store = settings.store ?? new Map<string, string | null>();
  const events: object[] = [];
  await drain(
    drawThumbnails(GALLERY, {
      source: makeSource(),
      maxBytes: 1000,
      ...settings,
      store,
    }),
    (event) => events.push(event),
  );
  return { files: [...store.keys()], events, store };
}

Deno.test("drawThumbnails() draws queries, predictions and nearest positives once each, and says how far it is", async () => {
  const source = makeSource();
  const { files, events, store } = await drawAll({ source });
  // Wrong and right alternate: q1 with its prediction and its nearest positive, q0, q2, q3.
  assert.deepEqual(files, ["q1", "d1", "d2", "q0", "d0", "q2", "q3"]);
  assert.deepEqual(source.drawn, files);
  assert.equal(store.get("d1"), btoa("d1 "));
  assert.deepEqual(
    events,
    [3, 5, 6, 7, 7].map((done) => ({
      kind: "progress",
      phase: "draw thumbnails",
      done,
      total: 7,
    })),
  );
});

Deno.test("drawThumbnails() ends with the last query whose images all fit", async () => {
  const all = ["q1", "d1", "d2", "q0", "d0", "q2", "q3"];
  const cases = [[-5, 0], [11, 0], [12, 3], [19, 3], [20, 5], [24, 6], [28, 7]];
  for (const [maxBytes, count] of cases as [number, number][]) {
    const { files, events } = await drawAll({ maxBytes });
    assert.deepEqual(files, all.slice(0, count), `${maxBytes} bytes`);
    assert.deepEqual(events.at(-1), {
      kind: "progress",
      phase: "draw thumbnails",
      done: count,
      total: count,
    });
  }
});

Deno.test("drawThumbnails() leaves out what cannot be read, with one note", async () => {
  const source = makeSource(["d1", "q2"]);
  const { store, events } = await drawAll({ source });
  assert.equal(store.get("d1"), null);
  assert.equal(store.get("q2"), null);
  assert.equal(store.get("q3"), btoa("q3 "));
  const notes = (events as NoteEvent[]).filter(({ kind }) => kind === "note");
  assert.deepEqual(notes.map(({ text }) => text), [
    "2 images could not be read: the report shows no thumbnails of them",
  ]);
});

Deno.test("drawThumbnails() takes over what it needs, and forgets the rest", async () => {
  const source = makeSource(["d1"]);
  const store = new Map([["q0", "old"], ["gone", "old"], ["d1", null]]);
  const { files, events } = await drawAll({ source, store });
  assert.deepEqual(source.drawn.toSorted(), [
    "d0",
    "d1",
    "d2",
    "q1",
    "q2",
    "q3",
  ]);
  assert.equal(store.get("q0"), "old");
  assert.ok(!files.includes("gone"));
  assert.ok(
    events.every((event) => (event as NoteEvent).kind !== "note"),
    "said before",
  );
});

Deno.test("drawThumbnails() draws a few queries ahead, whatever their number", async () => {
  const numQueries = 100;
  const numbers = Array.from({ length: numQueries }, (_, i) => i);
  const gallery = makeGallery(
    makeEvaluation({
      queries: numbers.map((i) => [`q${i}`, 100 * i]),
      database: numbers.map((i) => [`d${i}`, 100 * i]),
      predictions: numbers.map((i) => [i]),
    }),
    ".",
  );
  const source = makeSource();
  const store = new Map();
  await drain(drawThumbnails(gallery, { source, store, maxBytes: 1e6 }));
  assert.equal(store.size, 2 * numQueries);
  assert.ok(source.mostAtOnce <= 10, `${source.mostAtOnce}`);
});

Deno.test("drawThumbnails() fails on what is no matter of an image", async () => {
  const source: ThumbnailSource = {
    draw: () => Promise.reject(new TypeError("a bug")),
    [Symbol.dispose]: () => {},
  };
  await assert.rejects(drawAll({ source }), { name: "TypeError" });
});
