import assert from "node:assert/strict";
import { plotRank } from "../../lib/plot/plot_rank.ts";
import { findAll, findTexts, pathPoints, readSvg } from "./read_svg.ts";

const SERIES = [{
  title: "GeM <p = 3>",
  points: [
    { bytes: 2048, recall: 0.75, storage: "float32" as const },
    { bytes: 64, recall: 0.5, storage: "float32" as const },
    { bytes: 20, recall: 0.25, storage: "int8" as const },
  ],
}];

Deno.test("plotRank() draws float32 as a line over bytes on a logarithmic scale", () => {
  const svg = readSvg(plotRank(SERIES, 1, { title: "floor", recall: 0.1 }));
  const [line] = findAll(svg, '[aria-label="line"] path');
  const points = pathPoints(line!);
  assert.equal(points.length, 2);
  const [left, right] = points;
  assert.ok(left!.x < right!.x && left!.y > right!.y);
  const dots = findAll(svg, '[aria-label="dot"] path');
  assert.equal(dots.length, 3);
  const places = dots.map((dot) =>
    Number(dot.getAttribute("transform")!.match(/\(([\d.]+)/)![1])
  ).sort((a, b) => a - b);
  const perDoubling = (right!.x - left!.x) / 5; // from 64 to 2048
  const expected = Math.log2(64 / 20) * perDoubling;
  assert.ok(Math.abs(places[1]! - places[0]! - expected) < 0.5);
});

Deno.test("plotRank() names layers, storages and the floor, and escapes them", () => {
  const texts = findTexts(
    readSvg(plotRank(SERIES, 5, { title: "floor", recall: 0.1 })),
  );
  for (const text of ["GeM <p = 3>", "floor", "float32", "int8"]) {
    assert.ok(texts.includes(text), text);
  }
  assert.ok(!texts.includes("float16"));
  assert.ok(texts.some((text) => text.includes("Recall@5")));
});

Deno.test("plotRank() says so if there is nothing to draw", () => {
  const texts = findTexts(readSvg(plotRank([], 1)));
  assert.deepEqual(texts, ["nothing to compare"]);
});
