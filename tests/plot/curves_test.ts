import assert from "node:assert/strict";
import { integerTicks } from "../../lib/plot/axes.ts";
import { chooseBins, countShares, median } from "../../lib/plot/histogram.ts";
import { plotClusterSizes } from "../../lib/plot/plot_cluster_sizes.ts";
import { plotDistances } from "../../lib/plot/plot_distances.ts";
import { plotLoss, smoothLoss } from "../../lib/plot/plot_loss.ts";
import { plotRecall } from "../../lib/plot/plot_recall.ts";
import { plotTraining } from "../../lib/plot/plot_training.ts";
import {
  findAll,
  findTexts,
  numberOf,
  pathPoints,
  readSvg,
  type SvgElement,
} from "./read_svg.ts";

const RECALL = '[aria-label="line"] path';

/** Where a tick of an axis is, by its number. */
function tickPlace(
  svg: SvgElement,
  axis: "x" | "y",
  number: string,
): { x: number; y: number } {
  const label = findAll(svg, `[aria-label="${axis}-axis tick label"] text`)
    .find(({ textContent }) => textContent === number);
  assert.ok(label, `no ${number} on the ${axis} axis`);
  const [, x, y] = label.getAttribute("transform")!
    .match(/translate\(([\d.]+),([\d.]+)\)/)!;
  return { x: Number(x), y: Number(y) };
}

/** Whether numbers are the same place. */
function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.1, `${actual}, not ${expected}`);
}

Deno.test("plotRecall() puts a recall of 0.5 halfway, at its N", () => {
  const svg = readSvg(plotRecall([
    {
      title: "a",
      points: [{ n: 10, recall: 1 }, { n: 1, recall: 0.5 }, {
        n: 5,
        recall: 0,
      }],
    },
  ]));
  const points = pathPoints(svg.querySelector(RECALL)!);
  assert.equal(points.length, 3);
  for (const [i, [n, percent]] of [[1, 50], [5, 0], [10, 100]].entries()) {
    assertNear(points[i]!.x, tickPlace(svg, "x", String(n)).x);
    assertNear(points[i]!.y, tickPlace(svg, "y", String(percent)).y);
  }
  const [y0, y100] = ["0", "100"].map((n) => tickPlace(svg, "y", n).y);
  assertNear(points[0]!.y, (y0! + y100!) / 2);
});

Deno.test("plotRecall() draws a line for each model, a band where there are intervals, and names them", () => {
  const points = [1, 5].map((n) => ({ n, recall: 0.5 }));
  const svg = readSvg(plotRecall([
    { title: "before", points },
    {
      title: "after",
      points: points.map((p) => ({ ...p, low: 0.4, high: 0.6 })),
    },
  ]));
  assert.equal(findAll(svg, RECALL).length, 2);
  const bands = findAll(svg, '[aria-label="area"] path');
  assert.equal(bands.length, 1);
  const heights = pathPoints(bands[0]!).map(({ y }) => y);
  assertNear(Math.min(...heights), tickPlace(svg, "y", "60").y);
  assertNear(Math.max(...heights), tickPlace(svg, "y", "40").y);
  const texts = findTexts(svg);
  assert.ok(texts.includes("before") && texts.includes("after"));
  const [first, second] = findAll(svg, '[aria-label="line"]')
    .map((line) => line.getAttribute("stroke-dasharray"));
  assert.notEqual(first, second);
  assert.match(
    findTexts(svg, "circle title").at(-1)!,
    /after: Recall@5 50.0 % \(40.0 to 60.0 %\)/,
  );
});

Deno.test("plotRecall() leaves out points without a number, and ticks without room", () => {
  const points = Array.from({ length: 100 }, (_, i) => ({
    n: i + 1,
    recall: i === 50 ? NaN : i / 100,
  }));
  const svg = readSvg(plotRecall([{ title: "a", points }], { width: 320 }));
  assert.equal(pathPoints(svg.querySelector(RECALL)!).length, 99);
  const ticks = findTexts(svg, '[aria-label="x-axis tick label"] text');
  assert.ok(ticks.length <= 12 && ticks.length >= 5, ticks.join());
  assert.equal(ticks[0], "1");
  assert.equal(ticks.at(-1), "100");
});

Deno.test("plotTraining() draws the loss and each Recall@N over epochs, also of one epoch", () => {
  const history = Array.from({ length: 3 }, (_, epoch) => ({
    epoch,
    loss: epoch === 0 ? null : 0.1 * epoch,
    recall: epoch === 1 ? null : { 10: 0.9, 5: 0.7, 1: 0.5 },
  }));
  const svg = readSvg(plotTraining(history));
  const [loss, ...recalls] = findAll(svg, '[aria-label="line"] path')
    .map(pathPoints);
  assert.equal(loss!.length, 2);
  assert.deepEqual(recalls.map(({ length }) => length), [2, 2, 2]);
  const [at1, at5, at10] = recalls;
  assert.ok(at1![0]!.y > at5![0]!.y && at5![0]!.y > at10![0]!.y);
  assert.deepEqual(findTexts(svg).filter((text) => text.startsWith("@")), [
    "@1",
    "@5",
    "@10",
  ]);
  const one = readSvg(plotTraining(history.slice(2)));
  assert.equal(findAll(one, '[aria-label="dot"] circle').length, 4);
});

Deno.test("plotTraining() puts its panels below each other where there is no room beside", () => {
  const history = [{ epoch: 1, loss: 0.1, recall: { 1: 0.5 } }];
  const [wide, narrow] = [640, 320].map((width) =>
    numberOf(readSvg(plotTraining(history, { width })), "height")
  );
  assert.ok(narrow! > 1.8 * wide!);
});

Deno.test("smoothLoss() is the loss where it is always the same, and forgets what was", () => {
  const steps = (losses: number[]): { step: number; loss: number }[] =>
    losses.map((loss, i) => ({ step: i + 1, loss }));
  for (const { loss } of smoothLoss(steps([0.3, 0.3, NaN, 0.3]))) {
    assertNear(1e6 * loss, 1e6 * 0.3);
  }
  const fallen = smoothLoss(
    steps([...Array(50).fill(1), ...Array(50).fill(0)]),
  );
  assert.equal(fallen.length, 100);
  assert.ok(fallen[50]!.loss > 0.8 && fallen[99]!.loss < 0.01);
});

Deno.test("plotLoss() keeps the peaks of more steps than there are pixels, and stays small", () => {
  const steps = Array.from({ length: 50_000 }, (_, i) => ({
    step: i + 1,
    loss: i === 31_234 ? 2 : 0.1 + 0.001 * (i % 7),
  }));
  const text = plotLoss(steps);
  assert.ok(text.length < 60_000, `${text.length} bytes`);
  const svg = readSvg(text);
  const [raw] = findAll(svg, '[aria-label="line"] path').map(pathPoints);
  const peak = raw!.reduce((a, b) => b.y < a.y ? b : a);
  assertNear(peak.y, tickPlace(svg, "y", "2.0").y);
});

Deno.test("plotLoss() leaves a gap where a loss is no number", () => {
  const losses = [0.3, 0.2, NaN, 0.4, 0.3];
  const svg = readSvg(plotLoss(losses.map((loss, step) => ({ step, loss }))));
  const [raw] = findAll(svg, '[aria-label="line"] path');
  assert.equal(raw!.getAttribute("d")!.match(/M/g)!.length, 2);
});

Deno.test("countShares() counts every finite value once, and chooseBins() has room for all", () => {
  const values = [0, 1, 1, 2, NaN, Infinity];
  const bins = chooseBins([values, [4]], 4);
  assert.deepEqual(bins, { low: 0, width: 1, count: 4 });
  assert.deepEqual(countShares(values, bins), [0.25, 0.5, 0.25, 0]);
  assert.deepEqual(countShares([4], bins), [0, 0, 0, 1]);
  assert.deepEqual(chooseBins([[2]], 10), { low: 1.5, width: 0.1, count: 10 });
});

Deno.test("median() is the middle of the finite values", () => {
  assert.equal(median([3, NaN, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([]), NaN);
});

Deno.test("plotDistances() draws bars as high as shares, and a line at each median", () => {
  const svg = readSvg(plotDistances([
    { title: "right", values: [0, 0, 0, 1], kind: "right" },
    { title: "wrong", values: [1, 1, 1, 1], kind: "wrong" },
  ], { label: "distance" }));
  const [right, wrong] = findAll(svg, '[aria-label="rect"]');
  const highest = (group: SvgElement): number =>
    Math.max(
      ...[...group.querySelectorAll("rect")].map((bar) =>
        numberOf(bar, "height")
      ),
    );
  assert.equal(right!.getAttribute("fill"), "#009e73");
  assertNear(highest(right!) / highest(wrong!), 0.75);
  const [rightRule, wrongRule] = findAll(svg, '[aria-label="rule"] line');
  assertNear(numberOf(rightRule!, "x1"), tickPlace(svg, "x", "0.0").x);
  assertNear(numberOf(wrongRule!, "x1"), tickPlace(svg, "x", "1.0").x);
  assert.ok(findTexts(svg).includes("wrong (4), median 1.000"));
});

Deno.test("plotClusterSizes() draws a bar for each cluster, largest first, and the size of equal ones", () => {
  const svg = readSvg(plotClusterSizes(Int32Array.of(10, 40, 0, 30)));
  const bars = findAll(svg, '[aria-label="rect"] rect');
  assert.deepEqual(findTexts(svg, "rect title"), [
    "cluster 1: 40",
    "cluster 3: 30",
    "cluster 0: 10",
    "cluster 2: 0",
  ]);
  const heights = bars.map((bar) => numberOf(bar, "height"));
  assertNear(heights[0]!, 4 * heights[2]!);
  const rules = findAll(svg, '[aria-label="rule"] line');
  assertNear(numberOf(rules[1]!, "y1"), tickPlace(svg, "y", "20").y);
});

Deno.test("integerTicks() are integers at equal steps, few enough", () => {
  assert.deepEqual(integerTicks(0, 2, 6), [0, 1, 2]);
  assert.deepEqual(integerTicks(1, 30, 6), [5, 10, 15, 20, 25, 30]);
  assert.deepEqual(integerTicks(0, 400, 8), [
    0,
    50,
    100,
    150,
    200,
    250,
    300,
    350,
    400,
  ]);
});
