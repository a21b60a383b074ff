import assert from "node:assert/strict";
import type { MapLine, MapPoint } from "../../lib/plot/map_content.ts";
import { chooseBarLength, fitMap } from "../../lib/plot/map_scale.ts";
import { plotMap } from "../../lib/plot/plot_map.ts";
import { createRandom } from "../../lib/random.ts";
import {
  findAll,
  findTexts,
  numberOf,
  pathPoints,
  readSvg,
} from "./read_svg.ts";

const at = (
  eastMeters: number,
  northMeters: number,
): { eastMeters: number; northMeters: number } => ({ eastMeters, northMeters });

/** Bytes of a map with 10 000 queries: more would make a report hard to load. */
const MOST_BYTES = 3e6;
const MOST_MS = 2000;

Deno.test("plotMap() has the same scale in both directions, and north up", () => {
  const points: MapPoint[] = [
    { ...at(500_000, 4_400_000), kind: "query", query: 0 },
    { ...at(500_200, 4_400_000), kind: "query", query: 1 },
    { ...at(500_000, 4_400_100), kind: "query", query: 2 },
  ];
  const svg = readSvg(plotMap({ points, unit: "meters" }));
  const [corner, east, north] = findAll(svg, "[data-query]").map((mark) => ({
    x: numberOf(mark, "cx"),
    y: numberOf(mark, "cy"),
  }));
  assert.equal(east!.y, corner!.y);
  assert.equal(north!.x, corner!.x);
  assert.ok(north!.y < corner!.y);
  const [right, up] = [east!.x - corner!.x, corner!.y - north!.y];
  assert.ok(Math.abs(right - 2 * up) < 0.3, `${right} and ${up}`);
});

Deno.test("plotMap() draws right and wrong in other shapes and dashes, and each query can be found", () => {
  const points: MapPoint[] = [
    { ...at(0, 0), kind: "database" },
    { ...at(50, 0), kind: "database" },
    { ...at(1, 0), kind: "right", query: 7 },
    { ...at(20, 0), kind: "wrong", query: 8, title: "<8>" },
  ];
  const lines: MapLine[] = [
    { from: at(1, 0), to: at(0, 0), kind: "right" },
    { from: at(20, 0), to: at(50, 0), kind: "wrong" },
  ];
  const svg = readSvg(plotMap({ points, lines, unit: "meters" }));
  const right = svg.querySelector('circle[data-query="7"]')!;
  const wrong = svg.querySelector('path[data-query="8"]')!;
  assert.equal(wrong.querySelector("title")?.textContent, "<8>");
  const [rightLine, wrongLine] = ["right", "wrong"].map((kind) =>
    svg.querySelector(`[data-lines="${kind}"]`)!
  );
  assert.equal(rightLine!.getAttribute("stroke-dasharray"), null);
  assert.ok(wrongLine!.getAttribute("stroke-dasharray"));
  assert.equal(pathPoints(rightLine!)[0]!.x, numberOf(right, "cx"));
  const texts = findTexts(svg);
  for (const text of ["database (2)", "right (1)", "wrong (1)"]) {
    assert.ok(texts.includes(text), `${text} in ${texts}`);
  }
});

Deno.test("chooseBarLength() is round and at most a quarter of the map", () => {
  const lengths = [0.02, 0.5, 3, 47].map((pixelsPerUnit) =>
    chooseBarLength({ width: 600, pixelsPerUnit })
  );
  assert.deepEqual(lengths, [5000, 200, 50, 2]);
});

Deno.test("plotMap() has a scale bar as long as it says", () => {
  const points: MapPoint[] = [
    { ...at(0, 0), kind: "query", query: 0 },
    { ...at(1000, 0), kind: "query", query: 1 },
  ];
  const svg = readSvg(plotMap({ points, unit: "meters" }));
  assert.ok(findTexts(svg).includes("200 m"));
  const bar = findAll(svg, "path").at(-1)!;
  const pixels = Number(bar.getAttribute("d")!.match(/h([\d.]+)/)![1]);
  const [x0, x1] = findAll(svg, "[data-query]").map((m) => numberOf(m, "cx"));
  assert.ok(Math.abs(pixels - (x1! - x0!) / 5) < 0.2);
});

Deno.test("plotMap() draws frames as a row of queries and one of the database above it", () => {
  const points: MapPoint[] = [0, 10, 20].flatMap((frame) => [
    { ...at(frame, 0), kind: "database" as const, title: "" },
    { ...at(frame, 0), kind: "right" as const, query: frame },
  ]);
  const lines: MapLine[] = [{ from: at(0, 0), to: at(20, 0), kind: "right" }];
  const svg = readSvg(plotMap({ points, lines, unit: "frames" }));
  const rows = ["database", "right"].map((kind) =>
    findAll(svg, `[data-points="${kind}"] circle`).map((m) => numberOf(m, "cy"))
  );
  const [above, below] = rows.map((ys) => new Set(ys));
  assert.equal(above!.size + below!.size, 2);
  assert.ok([...above!][0]! < [...below!][0]!);
  const [from, to] = pathPoints(svg.querySelector("[data-lines]")!);
  assert.deepEqual([from!.y, to!.y], [[...below!][0], [...above!][0]]);
  assert.match(findTexts(svg).join(), /frames/);
});

Deno.test("fitMap() shows a single place in the middle of a map of metres, not of nothing", () => {
  const { x, y, pixelsPerUnit, width, height } = fitMap([at(5, 5)], 400);
  assert.deepEqual([x(at(5, 5)), y(at(5, 5))], [width / 2, height / 2]);
  assert.ok(pixelsPerUnit > 10 && pixelsPerUnit < 100);
});

Deno.test("fitMap() keeps a long way from south to north lower than the map is wide", () => {
  const { height, y } = fitMap([at(0, 0), at(10, 5000)], 400);
  assert.equal(height, 300);
  assert.ok(y(at(10, 5000)) > 0 && y(at(0, 0)) < 300);
});

Deno.test("plotMap() of 10 000 queries is quick and small, and has them all", () => {
  const random = createRandom(1);
  const place = (): { eastMeters: number; northMeters: number } =>
    at(random.nextInteger(30_000) / 10, random.nextInteger(20_000) / 10);
  const queries = Array.from({ length: 10_000 }, place);
  const points: MapPoint[] = queries.flatMap((position, query) => [
    { ...position, kind: "database" as const },
    {
      ...position,
      kind: query % 3 ? "right" as const : "wrong" as const,
      query,
    },
  ]);
  const lines: MapLine[] = queries.map((from, query) => ({
    from,
    to: place(),
    kind: query % 3 ? "right" : "wrong",
  }));
  const start = performance.now();
  const text = plotMap({ points, lines, unit: "meters" });
  const ms = performance.now() - start;
  assert.ok(text.length < MOST_BYTES, `${text.length} bytes`);
  assert.ok(ms < MOST_MS, `${ms} ms`);
  const rows = [...text.matchAll(/data-query="(\d+)"/g)]
    .map(([, row]) => Number(row)).sort((a, b) => a - b);
  assert.deepEqual(rows, [...queries.keys()]);
  assert.equal(text.match(/L/g)!.length, 10_000);
});
