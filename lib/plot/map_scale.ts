/**
 * From positions to pixels of a map, and the bar that says how long a pixel is.
 *
 * @module
 */
import type { MapContent, MapPosition } from "./map_content.ts";
import { drawText, round } from "./svg.ts";

/** How positions become pixels: the same scale in both directions, north up. */
export interface MapScale {
  width: number;
  height: number;
  pixelsPerUnit: number;
  x(position: MapPosition): number;
  y(position: MapPosition): number;
}

/** Room for marks at the border. */
const BORDER = 12;
const MIN_HEIGHT = 140;

/** Height by width of a map, at most. */
const MOST_ASPECT = 0.75;

/** Units across a map of a single place. */
const MIN_SPAN = 10;

/** A scale that all positions fit into. */
export function fitMap(
  positions: readonly MapPosition[],
  width: number,
): MapScale {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { eastMeters, northMeters } of positions) {
    west = Math.min(west, eastMeters);
    east = Math.max(east, eastMeters);
    south = Math.min(south, northMeters);
    north = Math.max(north, northMeters);
  }
  const pixelsPerUnit = Math.min(
    (width - 2 * BORDER) / Math.max(east - west, MIN_SPAN),
    (MOST_ASPECT * width - 2 * BORDER) / Math.max(north - south, MIN_SPAN),
  );
  const height = Math.max(
    MIN_HEIGHT,
    (north - south) * pixelsPerUnit + 2 * BORDER,
  );
  const [middleEast, middleNorth] = [(west + east) / 2, (south + north) / 2];
  return {
    width,
    height,
    pixelsPerUnit,
    x: ({ eastMeters }) =>
      width / 2 + (eastMeters - middleEast) * pixelsPerUnit,
    y: ({ northMeters }) =>
      height / 2 - (northMeters - middleNorth) * pixelsPerUnit,
  };
}

/** The longest round length of at most a quarter of the map: 1, 2 or 5 and zeros. */
export function chooseBarLength(
  { width, pixelsPerUnit }: Pick<MapScale, "width" | "pixelsPerUnit">,
): number {
  const most = width / 4 / pixelsPerUnit;
  const power = 10 ** Math.floor(Math.log10(most));
  const digit = [5, 2, 1].find((digit) => digit * power <= most) ?? 1;
  return digit * power;
}

/** Draws the scale bar from an upper left corner. */
export function drawScaleBar(
  scale: MapScale,
  unit: MapContent["unit"],
): string {
  const length = chooseBarLength(scale);
  const pixels = round(length * scale.pixelsPerUnit);
  const label = unit !== "meters"
    ? `${length} ${unit}`
    : length >= 1000
    ? `${length / 1000} km`
    : `${length} m`;
  return `<path d="M.5 8v5h${pixels}v-5" fill="none" stroke="currentColor"/>` +
    drawText(label, { x: pixels + 8, y: 14 });
}
