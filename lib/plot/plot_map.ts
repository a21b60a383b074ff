/**
 * Maps of places: where images were taken, and which was taken for which.
 *
 * @module
 */
import { drawLegend } from "./legend.ts";
import { colorOf, type PlotLook, resolveLook } from "./look.ts";
import { layOut, type MapContent, type MapPoint } from "./map_content.ts";
import { drawLines, drawPoints, KIND_NAMES, KINDS } from "./map_marks.ts";
import { drawScaleBar, fitMap, type MapScale } from "./map_scale.ts";
import {
  drawNote,
  drawText,
  innerWidth,
  type SvgPart,
  writeSvg,
} from "./svg.ts";

/**
 * Draws a map with north up, the same scale in both directions, and a scale bar.
 *
 * @param content What is on it.
 * @param look Width, and where it is shown.
 * @returns SVG; each point with `query` is an element with `data-query`.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotMap } from "@whereabouts/whereabouts";
 *
 * const here = { eastMeters: 0, northMeters: 0 };
 * const there = { eastMeters: 300, northMeters: 50 };
 * const svg = plotMap({
 *   points: [{ ...there, kind: "database" }, { ...here, kind: "wrong", query: 0 }],
 *   lines: [{ from: here, to: there, kind: "wrong" }],
 *   unit: "meters",
 * });
 * ```
 */
export function plotMap(
  content: MapContent,
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const { points, lines } = layOut(content);
  const counts = KIND_NAMES.map((kind) => ({
    kind,
    count: points.filter((point) => point.kind === kind).length,
  })).filter(({ count }) => count > 0);
  const label = [
    "Map of places",
    ...counts.map(({ kind, count }) => `${count} ${kind}`),
  ].join(", ");
  if (points.length === 0) {
    return writeSvg([drawNote("no places", width)], label, resolved);
  }
  const scale = fitMap(
    [...points, ...lines.flatMap(({ from, to }) => [from, to])],
    width,
  );
  const legend = drawLegend(
    counts.map(({ kind, count }) => ({
      title: `${kind} (${count})`,
      color: colorOf(kind, resolved),
      shape: KINDS[kind].shape,
    })),
    width,
  );
  const radius = chooseRadius(points);
  const markup = [
    ...KIND_NAMES.map((kind) =>
      drawLines(lines, { kind, scale, look: resolved })
    ),
    ...KIND_NAMES.map((kind) =>
      drawPoints(points, { kind, scale, radius, look: resolved })
    ),
  ].join("");
  const map = { markup, width, height: scale.height };
  return writeSvg([legend, map, drawFooter(scale, content)], label, resolved);
}

/** Many marks are small ones. */
function chooseRadius({ length }: readonly MapPoint[]): number {
  return length <= 400 ? 4 : length <= 3000 ? 3 : 2;
}

/** The scale bar, and what is where. */
function drawFooter(scale: MapScale, { unit }: MapContent): SvgPart {
  const { width } = scale;
  const note = unit === "meters" ? "north is up" : "database above queries";
  const markup = drawScaleBar(scale, unit) +
    drawText(note, { x: width, y: 14, anchor: "end" });
  return { markup, width, height: 20 };
}
