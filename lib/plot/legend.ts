/**
 * Legends: what each colour, dash and shape stands for.
 *
 * @module
 */
import { drawText, FONT_SIZE, round, type SvgPart, textWidth } from "./svg.ts";

/** A line of a legend. */
export interface LegendEntry {
  title: string;
  color: string;
  shape: "line" | "circle" | "triangle" | "square";
  /** Of a line, for `stroke-dasharray`. */
  dash?: string;
  /** Of a line; 1 if left out. */
  opacity?: number;
}

const ROW_HEIGHT = 18;
const SAMPLE_WIDTH = 22;
const GAP = 16;

/** Draws a legend as rows of as many entries as there is room for. */
export function drawLegend(
  entries: readonly LegendEntry[],
  width: number,
): SvgPart {
  let [x, y] = [0, ROW_HEIGHT / 2];
  let markup = "";
  for (const entry of entries) {
    const textRoom = width - SAMPLE_WIDTH - 4;
    const length = SAMPLE_WIDTH + Math.min(textWidth(entry.title), textRoom);
    if (x > 0 && x + length > width) [x, y] = [0, y + ROW_HEIGHT];
    markup += drawSample(entry, x, y) +
      drawText(entry.title, {
        x: x + SAMPLE_WIDTH,
        y: y + FONT_SIZE / 3,
        room: textRoom,
      });
    x += length + GAP;
  }
  const height = entries.length > 0 ? y + ROW_HEIGHT / 2 + 6 : 0;
  return { markup, width, height };
}

function drawSample(
  { shape, color, dash = "none", opacity = 1 }: LegendEntry,
  x: number,
  y: number,
): string {
  const [cx, cy] = [round(x + 9), round(y)];
  switch (shape) {
    case "line":
      return `<path d="M${
        round(x)
      } ${cy}h18" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}" stroke-opacity="${opacity}"/>`;
    case "square":
      return `<path d="M${cx - 5} ${cy - 5}h10v10h-10z" fill="${color}"/>`;
    case "circle":
      return `<circle cx="${cx}" cy="${cy}" r="4.5" fill="${color}"/>`;
    case "triangle":
      return `<path d="${trianglePath(cx, cy, 5)}" fill="${color}"/>`;
  }
}

/** A triangle around a point. */
export function trianglePath(x: number, y: number, r: number): string {
  return `M${round(x)} ${round(y - r)}l${r} ${round(1.8 * r)}h${-2 * r}z`;
}
