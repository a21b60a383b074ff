/**
 * Assignment maps: which cluster each part of an image belongs to.
 *
 * @module
 */
import { OptionsError, ShapeError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { drawJpeg, type JpegImage } from "./jpeg.ts";
import { drawLegend } from "./legend.ts";
import { colorOf, type PlotLook, resolveLook, seriesStyle } from "./look.ts";
import { innerWidth, round, type SvgPart, writeSvg } from "./svg.ts";

/** Clusters of the local descriptors of an image. */
export interface AssignmentMap {
  /** Drawn below the cells. */
  image: JpegImage;
  /** Cells from the top. */
  rows: number;
  /** Cells from the left. */
  columns: number;
  /** Strongest cluster of each position, row by row, `[rows·columns]`. */
  clusters: ArrayLike<number>;
  /** Its soft assignment, in [0, 1], `[rows·columns]`; weak ones are drawn lighter. */
  weights?: ArrayLike<number>;
  /** Clusters. */
  K: number;
  /** Clusters that get a colour, up to 6; if left out, the most frequent ones of the image. */
  shown?: readonly number[];
}

/** Clusters that have a colour of their own. */
const MOST_SHOWN = 6;

/** Steps of opacity, and the strongest. */
const STRENGTHS = 4;
const MOST_OPACITY = 0.72;

/** Of clusters that are not shown. */
const OTHER_OPACITY = 0.3;

/**
 * Draws over an image which cluster each of its parts belongs to. Clusters that are not
 * `shown` are grey.
 *
 * @param map An image and its clusters.
 * @param look Width, and where it is shown.
 * @returns SVG with the image in it.
 * @throws {ShapeError} If there is not one cluster and weight for each position.
 * @throws {OptionsError} If a cluster is not one of the K, or the look is not one.
 *
 * @example
 * ```ts ignore
 * const [assigned] = await readImageAssignments(model, ["photo.jpg"]);
 * const svg = plotAssignments(mapAssignments([assigned])[0]);
 * ```
 */
export function plotAssignments(
  map: AssignmentMap,
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  checkMap(map);
  const { image, clusters, K } = map;
  const width = innerWidth(resolved);
  const height = width * image.height / image.width;
  const counts = countClusters(clusters, K);
  const shown = (map.shown ?? listMostFrequent(counts)).slice(0, MOST_SHOWN);
  const colors = new Map(
    shown.map((cluster, i) => [cluster, seriesStyle(i, resolved).color]),
  );
  const other = colorOf("database", resolved);
  const cells = drawCells(map, { width, height }, (cluster, weight) => {
    const color = colors.get(cluster);
    return color === undefined
      ? `fill="${other}" fill-opacity="${OTHER_OPACITY}"`
      : `fill="${color}" fill-opacity="${strengthOf(weight)}"`;
  });
  const picture = {
    markup: drawJpeg(image, { x: 0, y: 0, width, height }) + cells,
    width,
    height: height + 8,
  };
  const legend = drawClusterLegend(counts, { colors, other, width });
  const label =
    `Assignment map of an image, ${map.rows} by ${map.columns} positions, ${K} clusters`;
  return writeSvg([picture, legend], label, resolved);
}

function checkMap(
  { image, rows, columns, clusters, weights, K }: AssignmentMap,
): void {
  const P = rows * columns;
  const isSized = image.width > 0 && image.height > 0;
  const isWeighed = weights === undefined || weights.length === P;
  if (!(P >= 1) || clusters.length !== P || !isWeighed || !isSized) {
    throw new ShapeError(
      `Cannot draw ${clusters.length} clusters and ${
        weights?.length ?? "no"
      } weights at ${rows} by ${columns} positions`,
      {
        where: `argument map (the image is ${image.width}x${image.height})`,
        fix: "pass an image with a size, and one of each for every position",
      },
    );
  }
  const wrong = Array.from(clusters).find((cluster) =>
    !(Number.isInteger(cluster) && cluster >= 0 && cluster < K)
  );
  if (wrong === undefined) return;
  throw new OptionsError(`Cannot draw the cluster ${wrong}`, {
    where: "argument map, clusters",
    fix: `pass integers from 0 to ${K - 1}`,
  });
}

/** Positions of each cluster, `[K]`. */
function countClusters(clusters: ArrayLike<number>, K: number): number[] {
  const counts = new Array<number>(K).fill(0);
  for (let p = 0; p < clusters.length; p++) counts[clusters[p]!]! += 1;
  return counts;
}

function listMostFrequent(counts: readonly number[]): number[] {
  return [...counts.keys()].filter((cluster) => counts[cluster]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
}

/** The cells of the map, those of one look as one path. */
function drawCells(
  { rows, columns, clusters, weights }: AssignmentMap,
  size: ImageSize,
  styleOf: (cluster: number, weight: number) => string,
): string {
  const paths = new Map<string, string>();
  const xs = edges(columns, size.width);
  const ys = edges(rows, size.height);
  for (let p = 0; p < rows * columns; p++) {
    const row = Math.floor(p / columns);
    const column = p % columns;
    const style = styleOf(clusters[p]!, weights?.[p] ?? 1);
    const cell = `M${xs[column]} ${ys[row]}H${xs[column + 1]}V${ys[row + 1]}H${
      xs[column]
    }z`;
    paths.set(style, (paths.get(style) ?? "") + cell);
  }
  return [...paths].map(([style, path]) => `<path ${style} d="${path}"/>`)
    .join("");
}

/** Where cells begin, and where the last one ends. */
function edges(count: number, length: number): number[] {
  return Array.from(
    { length: count + 1 },
    (_, i) => round(i / count * length),
  );
}

/** Opacity of a cell, in a few steps so that few paths do. */
function strengthOf(weight: number): number {
  const share = Math.min(Math.max(weight || 0, 0), 1);
  const step = Math.max(Math.ceil(share * STRENGTHS), 1);
  return Number((MOST_OPACITY * step / STRENGTHS).toFixed(2));
}

/** The shown clusters with their share of the image, and the rest. */
function drawClusterLegend(
  counts: readonly number[],
  { colors, other, width }: {
    colors: ReadonlyMap<number, string>;
    other: string;
    width: number;
  },
): SvgPart {
  const P = counts.reduce((a, b) => a + b);
  const percent = (count: number): string => `${Math.round(100 * count / P)} %`;
  const shownCount = [...colors.keys()].reduce(
    (sum, k) => sum + (counts[k] ?? 0),
    0,
  );
  return drawLegend([
    ...[...colors].map(([cluster, color]) => ({
      title: `cluster ${cluster}: ${percent(counts[cluster] ?? 0)}`,
      color,
      shape: "square" as const,
    })),
    ...(shownCount < P
      ? [{
        title: `others: ${percent(P - shownCount)}`,
        color: other,
        shape: "square" as const,
      }]
      : []),
  ], width);
}
