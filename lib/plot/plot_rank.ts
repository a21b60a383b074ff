/**
 * Recall over the bytes of a descriptor: what each aggregation layer gives for its size.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { axisDomain, drawAxes } from "./axes.ts";
import { drawLegend, type LegendEntry } from "./legend.ts";
import {
  INK,
  type PlotLook,
  resolveLook,
  type SeriesStyle,
  seriesStyle,
} from "./look.ts";
import { cleanText, drawNote, innerWidth, writeSvg } from "./svg.ts";

/** Descriptors of one aggregation layer, at several sizes. */
export interface RankSeries {
  /** Name of the layer, for the legend. */
  title: string;
  /** In any order. */
  points: readonly RankPoint[];
}

/** Descriptors of one size. */
export interface RankPoint {
  /** Bytes of a descriptor. */
  bytes: number;
  /** Share of the queries that are located, a fraction in [0, 1]. */
  recall: number;
  /** How its numbers are stored. */
  storage: "float32" | "float16" | "int8";
}

/** Shapes of the points. */
const SHAPES = {
  float32: "circle",
  float16: "triangle",
  int8: "square",
} as const;

/** Around the largest and the smallest, as a factor. */
const ROOM = 1.3;

/**
 * Draws recall in percent over bytes per descriptor on a logarithmic scale: a line for each
 * aggregation layer, a shape for each way to store it.
 *
 * @param series A line each.
 * @param n The N of the Recall@N that is drawn.
 * @param floor Recall that all should be above, and what it is of; drawn as a dashed line.
 * @returns SVG.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotRank } from "@whereabouts/whereabouts";
 *
 * const points = [{ bytes: 2048, recall: 0.8, storage: "float32" as const }];
 * const svg = plotRank([{ title: "GeM", points }], 1);
 * ```
 */
export function plotRank(
  series: readonly RankSeries[],
  n: number,
  floor?: { title: string; recall: number },
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const label = [
    `Recall@${n} in percent over bytes per descriptor`,
    ...series.map(({ title }) => title),
  ].join("; ");
  const lines = series.map(({ title, points }, i) => ({
    title,
    style: seriesStyle(i, resolved),
    points: points.toSorted((a, b) => a.bytes - b.bytes),
  })).filter(({ points }) => points.length > 0);
  if (lines.length === 0) {
    return writeSvg([drawNote("nothing to compare", width)], label, resolved);
  }
  const [least, most] = axisDomain(
    lines.flatMap(({ points }) => points.map(({ bytes }) => bytes)),
  );
  const axes = drawAxes({
    width,
    height: Math.round(Math.min(380, 0.6 * width + 40)),
    x: {
      type: "log",
      domain: [least / ROOM, most * ROOM],
      label: "bytes per descriptor",
      ticks: 5,
      tickFormat: "~s",
    },
    y: { domain: [0, 100], label: `Recall@${n} (%)`, grid: true },
    marks: [
      ...(floor ? [drawFloor(floor.recall)] : []),
      ...lines.flatMap(drawLine),
    ],
  });
  return writeSvg([drawKey(lines, floor, width), axes], label, resolved);
}

interface Line extends RankSeries {
  style: SeriesStyle;
}

/** What colours, dashes and shapes stand for. */
function drawKey(
  lines: readonly Line[],
  floor: { title: string } | undefined,
  width: number,
): ReturnType<typeof drawLegend> {
  const stored = new Set(
    lines.flatMap(({ points }) => points.map(({ storage }) => storage)),
  );
  const shapes = Object.entries(SHAPES)
    .filter(([storage]) => stored.has(storage as RankPoint["storage"]));
  return drawLegend([
    ...lines.map(({ title, style }): LegendEntry => ({
      title,
      shape: "line",
      ...style,
    })),
    ...(floor
      ? [{
        title: floor.title,
        shape: "line" as const,
        color: INK,
        dash: "3 4",
      }]
      : []),
    ...shapes.map(([title, shape]): LegendEntry => ({
      title,
      shape,
      color: INK,
    })),
  ], width);
}

function drawFloor(recall: number): Plot.Markish {
  return Plot.ruleY([100 * recall], {
    stroke: "currentColor",
    strokeDasharray: "3 4",
  });
}

function drawLine({ title, style, points }: Line): Plot.Markish[] {
  const { color: stroke, dash: strokeDasharray } = style;
  const y = ({ recall }: RankPoint): number => 100 * recall;
  return [
    Plot.lineY(points.filter(({ storage }) => storage === "float32"), {
      x: "bytes",
      y,
      stroke,
      strokeDasharray,
      strokeWidth: 2,
    }),
    Plot.dot(points, {
      x: "bytes",
      y,
      symbol: ({ storage }: RankPoint) => SHAPES[storage],
      fill: stroke,
      r: 3.5,
      title: (point: RankPoint) => cleanText(tellPoint(title, point)),
    }),
  ];
}

/** What a dot says when the pointer rests on it. */
function tellPoint(
  title: string,
  { bytes, recall, storage }: RankPoint,
): string {
  return `${title}, ${storage}: ${bytes} bytes, ${(100 * recall).toFixed(1)} %`;
}
