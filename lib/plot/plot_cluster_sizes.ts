/**
 * Sizes of clusters.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { drawAxes } from "./axes.ts";
import { drawLegend } from "./legend.ts";
import { colorOf, type PlotLook, resolveLook } from "./look.ts";
import { drawNote, innerWidth, writeSvg } from "./svg.ts";

const LABEL = "Sizes of clusters, largest first";

/**
 * Draws a bar for each cluster, largest first, and a line at the size that all would have if equal.
 *
 * @param sizes Members of each cluster, `[K]`; not a number counts as 0.
 * @param look Width, and where it is shown.
 * @returns SVG.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotClusterSizes } from "@whereabouts/whereabouts";
 *
 * const svg = plotClusterSizes([120, 40, 200]);
 * ```
 */
export function plotClusterSizes(
  sizes: ArrayLike<number>,
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const K = sizes.length;
  if (K === 0) {
    return writeSvg([drawNote("no clusters", width)], LABEL, resolved);
  }
  const bars = Array.from(sizes, (size, cluster) => ({
    cluster,
    size: Number.isFinite(size) ? size : 0,
  })).sort((a, b) => b.size - a.size || a.cluster - b.cluster)
    .map((bar, rank) => ({ ...bar, left: rank, right: rank + 1 }));
  const mean = bars.reduce((sum, { size }) => sum + size, 0) / K;
  const color = colorOf("series-1", resolved);
  const meanColor = colorOf("wrong", resolved);
  const legend = drawLegend([
    { title: "members of a cluster", color, shape: "square" },
    {
      title: `if all were equal: ${Number(mean.toFixed(1))}`,
      color: meanColor,
      shape: "line",
      dash: "6 3",
    },
  ], width);
  const gap = width / K > 6 ? 1 : 0;
  const axes = drawAxes({
    width,
    height: 220,
    x: { domain: [0, K], axis: null },
    y: { label: "members", grid: true, zero: true },
    marks: [
      Plot.rectY(bars, {
        x1: "left",
        x2: "right",
        y: "size",
        insetLeft: gap,
        insetRight: gap,
        fill: color,
        title: ({ cluster, size }) => `cluster ${cluster}: ${size}`,
      }),
      Plot.ruleY([0]),
      Plot.ruleY([mean], {
        stroke: meanColor,
        strokeDasharray: "6 3",
        strokeWidth: 2,
      }),
      Plot.text([`${K} clusters, largest first`], {
        frameAnchor: "bottom",
        dy: 18,
      }),
    ],
  });
  return writeSvg([legend, axes], LABEL, resolved);
}
