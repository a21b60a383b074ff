import assert from "node:assert/strict";
import {
  countShown,
  formatView,
  parseView,
  selectQueries,
  statusOf,
  WHOLE_VIEW,
} from "../../../lib/report/page/client/selection.js";
import {
  formatPlace,
  shortenPaths,
} from "../../../lib/report/page/client/shots.js";
import { zoomBox } from "../../../lib/report/page/client/viewbox.js";
import { makeReport } from "./make_report.ts";

const { gallery } = makeReport({ numQueries: 20 });

Deno.test("statusOf() tells how a query went", () => {
  const statuses = [0, 1, 2, 3, 4].map((query) => statusOf(gallery, query));
  assert.deepEqual(statuses, ["right", "found", "later", "missed", "none"]);
});

Deno.test("countShown() counts each query as right, wrong, or without positives", () => {
  const counts = countShown(gallery);
  assert.deepEqual(counts, {
    ...{ all: 20, right: 4, wrong: 12, none: 4 },
    ...{ found: 4, later: 4, missed: 4 },
  });
});

Deno.test("selectQueries() sorts by the first prediction, and puts queries without one last", () => {
  const predictions = gallery.predictions.map((row, at) =>
    at === 35 ? -1 : row
  );
  const some = { ...gallery, predictions };
  const first = (values: readonly number[]) => (query: number) =>
    values[query * gallery.count]!;
  const orders = [
    ["near", first(gallery.distances), 1],
    ["far", first(gallery.distances), -1],
    ["exact", first(gallery.positionDistances), 1],
    ["off", first(gallery.positionDistances), -1],
  ] as const;
  for (const [sort, key, sign] of orders) {
    const rows = selectQueries(some, { ...WHOLE_VIEW, sort });
    assert.equal(rows.length, 20);
    assert.equal(rows.at(-1), 7, sort);
    const keys = rows.slice(0, -1).map(key);
    assert.deepEqual(keys, keys.toSorted((a, b) => sign * (a - b)), sort);
  }
});

Deno.test("formatView() and parseView() are inverse, and the whole view needs no link", () => {
  const view = { show: "wrong", text: "a b&c=#%", sort: "off", page: 3 };
  assert.deepEqual(parseView(`#${formatView(view)}`), view);
  assert.equal(formatView(WHOLE_VIEW), "");
  assert.deepEqual(parseView(""), WHOLE_VIEW);
});

Deno.test("parseView() leaves out what it does not know", () => {
  const view = parseView("#show=constructor&sort=__proto__&page=-2&other=1");
  assert.deepEqual(view, WHOLE_VIEW);
});

Deno.test("shortenPaths() leaves out the folder that all are in, and no part of a name", () => {
  assert.deepEqual(shortenPaths(["../a/b/c1.jpg", "../a/b/c2.jpg"]), [
    "c1.jpg",
    "c2.jpg",
  ]);
  assert.deepEqual(shortenPaths(["a/b/c.jpg", "a/bc/d.jpg"]), [
    "b/c.jpg",
    "bc/d.jpg",
  ]);
  assert.deepEqual(shortenPaths(["/x.jpg", "y.jpg"]), ["/x.jpg", "y.jpg"]);
  assert.deepEqual(shortenPaths([]), []);
});

Deno.test("formatPlace() has a unit that fits", () => {
  assert.deepEqual(
    [3.21, 84.4, 1234].map((meters) => formatPlace(meters, "meters")),
    ["3.2 m", "84 m", "1.2 km"],
  );
  assert.equal(formatPlace(1, "frames"), "1 frame");
  assert.equal(formatPlace(null, "meters"), "–");
});

Deno.test("zoomBox() keeps what is under the pointer there, and stays inside the whole", () => {
  const whole = { x: 0, y: 0, width: 100, height: 50 };
  const box = zoomBox(whole, whole, 4, { x: 60, y: 20 });
  assert.deepEqual([box.width, box.height], [25, 12.5]);
  assert.deepEqual([(60 - box.x) / 25, (20 - box.y) / 12.5], [0.6, 0.4]);
  assert.deepEqual(zoomBox(box, whole, 0.01, { x: 0, y: 0 }), whole);
});
