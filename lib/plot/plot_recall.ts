/**
 * Recall@N curves.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { axisDomain, drawAxes } from "./axes.ts";
import { drawLegend } from "./legend.ts";
import { type PlotLook, resolveLook, seriesStyle } from "./look.ts";
import { cleanText, drawNote, innerWidth, writeSvg } from "./svg.ts";

/** Recall@N of one model. */
export interface RecallCurve {
  /** Name of the model, for the legend. */
  title: string;
  /** In any order. */
  points: readonly RecallPoint[];
}

/** A Recall@N, fractions in [0, 1]. */
export interface RecallPoint {
  /** How many predictions were looked at, N. */
  n: number;
  /** Share of the queries with a right one among them. */
  recall: number;
  /** Lower end of its confidence interval, if there is one. */
  low?: number;
  /** Upper end of its confidence interval. */
  high?: number;
}

const LABEL = "Recall@N in percent over N";

/** Points that are drawn as dots too; more would be a caterpillar. */
const MOST_DOTS = 30;

/** Pixels that a number on the axis needs. */
const TICK_ROOM = 26;

/**
 * Draws Recall@N in percent over N, a line for each model and a band for its confidence intervals.
 * Points without a number are left out.
 *
 * @param curves A line each.
 * @param look Width, and where it is shown.
 * @returns SVG.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotRecall } from "@whereabouts/whereabouts";
 *
 * const points = [{ n: 1, recall: 0.54 }, { n: 5, recall: 0.76 }];
 * const svg = plotRecall([{ title: "trained", points }]);
 * ```
 */
export function plotRecall(
  curves: readonly RecallCurve[],
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const shown = curves.map(({ title, points }, i) => ({
    title,
    style: seriesStyle(i, resolved),
    points: points.filter(isNumber).sort((a, b) => a.n - b.n),
  })).filter(({ points }) => points.length > 0);
  const label = [LABEL, ...shown.map(({ title }) => title)].join("; ");
  if (shown.length === 0) {
    return writeSvg([drawNote("no recall yet", width)], label, resolved);
  }

  const numbers = shown.flatMap(({ points }) => points.map(({ n }) => n));
  const x = axisDomain(numbers);
  const legend = drawLegend(
    shown.map(({ title, style }) => ({ title, shape: "line", ...style })),
    width,
  );
  const axes = drawAxes({
    width,
    height: Math.round(Math.min(340, 0.56 * width + 40)),
    x: { domain: x, label: "N" },
    y: { domain: [0, 100], label: "Recall@N (%)", grid: true },
    marks: [
      Plot.axisX(chooseTicks(numbers, x, width), { tickFormat: "d" }),
      ...shown.flatMap(drawCurve),
    ],
  });
  return writeSvg([legend, axes], label, resolved);
}

function isNumber({ n, recall }: RecallPoint): boolean {
  return Number.isFinite(n) && Number.isFinite(recall);
}

function drawCurve(
  { title, style, points }: RecallCurve & {
    style: ReturnType<typeof seriesStyle>;
  },
): Plot.Markish[] {
  const { color: stroke, dash: strokeDasharray } = style;
  const band = points.filter(({ low, high }) =>
    Number.isFinite(low) && Number.isFinite(high)
  );
  const y = ({ recall }: RecallPoint): number => 100 * recall;
  const dots = points.length <= MOST_DOTS ? points : [];
  return [
    Plot.areaY(band, {
      x: "n",
      y1: ({ low }) => 100 * low,
      y2: ({ high }) => 100 * high,
      fill: stroke,
      fillOpacity: 0.14,
    }),
    Plot.lineY(points, {
      x: "n",
      y,
      stroke,
      strokeDasharray,
      strokeWidth: 2,
    }),
    Plot.dot(dots, {
      x: "n",
      y,
      fill: stroke,
      r: 3.5,
      title: (point) => cleanText(tellPoint(title, point)),
    }),
  ];
}

/** What a dot says when the pointer rests on it. */
function tellPoint(
  title: string,
  { n, recall, low, high }: RecallPoint,
): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  const interval = low !== undefined && high !== undefined
    ? ` (${percent(low)} to ${percent(high)} %)`
    : "";
  return `${title}: Recall@${n} ${percent(recall)} %${interval}`;
}

/** Each N is marked where there is room for its number, the first and the last always. */
function chooseTicks(
  numbers: readonly number[],
  [low, high]: readonly [number, number],
  width: number,
): number[] {
  const pixels = (n: number): number => (n - low) / (high - low) * width;
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const last = sorted.at(-1)!;
  const ticks: number[] = [];
  for (const n of sorted.slice(0, -1)) {
    const before = ticks.at(-1);
    const isClear = before === undefined ||
      pixels(n) - pixels(before) >= TICK_ROOM;
    if (isClear && pixels(last) - pixels(n) >= TICK_ROOM) ticks.push(n);
  }
  return [...ticks, last];
}
