/**
 * Histograms of distances.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawAxes } from "./axes.ts";
import { type Bins, chooseBins, countShares, median } from "./histogram.ts";
import { drawLegend } from "./legend.ts";
import {
  colorOf,
  type PlotLook,
  resolveLook,
  type SeriesStyle,
  seriesStyle,
} from "./look.ts";
import { cleanText, drawNote, innerWidth, writeSvg } from "./svg.ts";

/** Values that are counted together, such as distances of right predictions. */
export interface DistanceGroup {
  /** Name of the group, for the legend. */
  title: string;
  /** Those that are not finite are left out. */
  values: ArrayLike<number>;
  /** Gives the group the colour of right or wrong ones. */
  kind?: "right" | "wrong";
}

const NUM_BINS = 30;

/**
 * Draws the histograms of a few groups over each other, with the same bins: the share of
 * each group in every bin, in percent, and a line at its median.
 *
 * @param groups A histogram each.
 * @param axis What the values are, such as `descriptor distance`.
 * @param look Width, and where it is shown.
 * @returns SVG.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotDistances } from "@whereabouts/whereabouts";
 *
 * const right = { title: "right", values: [0.7, 0.8, 0.9], kind: "right" } as const;
 * const wrong = { title: "wrong", values: [0.9, 1.1, 1.2], kind: "wrong" } as const;
 * const svg = plotDistances([right, wrong], { label: "descriptor distance" });
 * ```
 */
export function plotDistances(
  groups: readonly DistanceGroup[],
  { label }: { label: string },
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const shown = groups.map((group, i) => ({
    ...group,
    style: groupStyle(group, i, resolved),
    middle: median(group.values),
  })).filter(({ middle }) => Number.isFinite(middle));
  if (shown.length === 0) {
    return writeSvg([drawNote("no distances", width)], label, resolved);
  }
  const bins = chooseBins(shown.map(({ values }) => values), NUM_BINS);
  // A digit more than the bins tell apart.
  const digits = Math.min(
    Math.max(1 - Math.floor(Math.log10(bins.width)), 0),
    20,
  );
  const legend = drawLegend(
    shown.map(({ title, values, style, middle }) => ({
      title: `${title} (${values.length}), median ${middle.toFixed(digits)}`,
      shape: "line",
      ...style,
    })),
    width,
  );
  const axes = drawAxes({
    width,
    height: 260,
    x: {
      domain: [bins.low, bins.low + bins.width * bins.count],
      label: cleanText(label),
    },
    y: { label: "share (%)", grid: true, zero: true },
    marks: [
      ...shown.flatMap((group) => drawGroup(group, bins)),
      Plot.ruleY([0], { strokeWidth: 2 }),
    ],
  });
  return writeSvg([legend, axes], `Histogram: ${label}`, resolved);
}

function groupStyle(
  { kind }: DistanceGroup,
  index: number,
  look: PlotLook,
): SeriesStyle {
  if (kind === undefined) return seriesStyle(index, look);
  return {
    color: colorOf(kind, look),
    dash: kind === "right" ? "none" : "6 3",
  };
}

function drawGroup(
  { values, style, middle }: DistanceGroup & {
    style: SeriesStyle;
    middle: number;
  },
  bins: Bins,
): Plot.Markish[] {
  const shares = countShares(values, bins);
  const bars = shares.map((share, i) => ({
    from: bins.low + i * bins.width,
    to: bins.low + (i + 1) * bins.width,
    percent: 100 * share,
  }));
  // The outline goes up at the left of the first bar and down at the right of the last.
  const outline = bars.flatMap(({ from, to, percent }) => [
    { x: from, percent },
    { x: to, percent },
  ]);
  const { color, dash: strokeDasharray } = style;
  return [
    Plot.rectY(bars, {
      x1: "from",
      x2: "to",
      y: "percent",
      fill: color,
      fillOpacity: 0.25,
    }),
    Plot.line(outline, {
      x: "x",
      y: "percent",
      stroke: color,
      strokeDasharray,
      strokeWidth: 1.5,
    }),
    Plot.ruleX([middle], {
      stroke: color,
      strokeDasharray,
      strokeWidth: 1.5,
      strokeOpacity: 0.8,
    }),
  ];
}
