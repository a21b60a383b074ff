/**
 * Marks and lines of a map.
 *
 * @module
 */
import { type LegendEntry, trianglePath } from "./legend.ts";
import { colorOf, type PlotLook } from "./look.ts";
import type { MapKind, MapLine, MapPoint } from "./map_content.ts";
import type { MapScale } from "./map_scale.ts";
import { escapeXml, round } from "./svg.ts";

/** How a kind looks; those below lie over those above. */
export const KINDS: Record<
  MapKind,
  { shape: LegendEntry["shape"]; size: number }
> = {
  database: { shape: "circle", size: 0.6 },
  negative: { shape: "square", size: 1.2 },
  positive: { shape: "circle", size: 1.2 },
  prediction: { shape: "circle", size: 1.2 },
  query: { shape: "circle", size: 1 },
  right: { shape: "circle", size: 1 },
  wrong: { shape: "triangle", size: 1.3 },
};

/** All kinds, lowest first. */
export const KIND_NAMES = Object.keys(KINDS) as MapKind[];

/** All lines of a kind as one path: thousands of elements would be slow. */
export function drawLines(
  lines: readonly MapLine[],
  { kind, scale: { x, y }, look }: {
    kind: MapKind;
    scale: MapScale;
    look: PlotLook;
  },
): string {
  const own = lines.filter((line) => line.kind === kind);
  if (own.length === 0) return "";
  const path = own.map(({ from, to }) =>
    `M${round(x(from))} ${round(y(from))}L${round(x(to))} ${round(y(to))}`
  ).join("");
  const dash = kind === "wrong" || kind === "negative"
    ? ` stroke-dasharray="5 3"`
    : "";
  const opacity = own.length <= 400 ? 0.7 : own.length <= 2000 ? 0.35 : 0.15;
  return `<path data-lines="${kind}" d="${path}" fill="none" stroke="${
    colorOf(kind, look)
  }" stroke-opacity="${opacity}"${dash}/>`;
}

/** All marks of a kind: elements where they can be pointed at, the others as one path. */
export function drawPoints(
  points: readonly MapPoint[],
  { kind, scale, radius, look }: {
    kind: MapKind;
    scale: MapScale;
    radius: number;
    look: PlotLook;
  },
): string {
  const own = points.filter((point) => point.kind === kind);
  if (own.length === 0) return "";
  const { shape, size } = KINDS[kind];
  const r = round(radius * size);
  const color = colorOf(kind, look);
  const marks: string[] = [];
  const plain = new Set<string>();
  for (const point of own) {
    const place = { x: round(scale.x(point)), y: round(scale.y(point)), r };
    const isPlain = point.title === undefined && point.query === undefined;
    if (isPlain) plain.add(plainPath(shape, place));
    else marks.push(drawMark(point, shape, place));
  }
  // A dot keeps its size where a page enlarges the map.
  const dots = shape === "circle"
    ? ` fill="none" stroke="${color}" stroke-opacity="0.85" stroke-width="${
      round(2 * r)
    }" stroke-linecap="round" vector-effect="non-scaling-stroke"`
    : "";
  const joined = plain.size > 0
    ? `<path d="${[...plain].join("")}"${dots}/>`
    : "";
  return `<g data-points="${kind}" fill="${color}" fill-opacity="0.85">${joined}${
    marks.join("")
  }</g>`;
}

/** A mark as part of a path of many; a circle is a dot of the pen. */
function plainPath(shape: LegendEntry["shape"], place: MarkPlace): string {
  return shape === "circle"
    ? `M${place.x} ${place.y}h0`
    : markPath(shape, place);
}

/** Middle and half the size of a mark, in pixels. */
interface MarkPlace {
  x: number;
  y: number;
  r: number;
}

function drawMark(
  { query, title }: MapPoint,
  shape: LegendEntry["shape"],
  place: MarkPlace,
): string {
  const data = query === undefined ? "" : ` data-query="${query}"`;
  const inside = title === undefined
    ? ""
    : `<title>${escapeXml(title)}</title>`;
  const { x, y, r } = place;
  return shape === "circle"
    ? `<circle cx="${x}" cy="${y}" r="${r}"${data}>${inside}</circle>`
    : `<path d="${markPath(shape, place)}"${data}>${inside}</path>`;
}

function markPath(
  shape: LegendEntry["shape"],
  { x, y, r }: MarkPlace,
): string {
  const side = round(2 * r);
  const left = round(x - r);
  switch (shape) {
    case "triangle":
      return trianglePath(x, y, r);
    case "circle":
      return `M${left} ${y}a${r} ${r} 0 1 0 ${side} 0a${r} ${r} 0 1 0 ${-side} 0`;
    default:
      return `M${left} ${round(y - r)}h${side}v${side}h${-side}z`;
  }
}
