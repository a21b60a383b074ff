/**
 * Paints windows and balconies.
 *
 * @module
 */
import { mixRgb, type Rgb } from "./color.ts";
import type { FacadeStyle } from "./facade_style.ts";
import { latticeNoise } from "./noise.ts";
import {
  type Area,
  type Canvas,
  fillArea,
  insetArea,
  type Paint,
  shadeArea,
} from "./texture.ts";

const DARK_ROOM: Rgb = [34, 38, 44];
const CURTAINS: readonly Rgb[] = [
  [206, 200, 186],
  [170, 150, 120],
  [120, 128, 140],
];
const FRAME_METERS = 0.08;

/** Paints one window with its frame, panes, sill and what is above it. */
export function fillWindow(
  canvas: Canvas,
  area: Area,
  style: FacadeStyle,
  index: number,
): void {
  const inside = style.arched ? isUnderArch(area) : undefined;
  fillSurround(canvas, area, style);
  fillArea(canvas, area, { rgb: style.frame }, inside);
  const opening = insetArea(area, FRAME_METERS);
  fillArea(canvas, opening, roomPaint(style, index), inside);
  fillCurtain(canvas, opening, style, index);
  fillBars(canvas, opening, style);
  if (!style.arched) {
    shadeArea(canvas, { ...area, bottom: area.top - 0.16 }, 0.45);
  }
  shadeArea(canvas, { ...area, right: area.left + 0.1 }, 0.6);
  if (style.shutters) fillShutters(canvas, area, style);
}

/** Paints a slab with a railing in front of a window, centred at `middle`. */
export function fillBalcony(
  canvas: Canvas,
  style: FacadeStyle,
  { middle, bottom }: { middle: number; bottom: number },
): void {
  const half = Math.min(style.bayWidth / 2 - 0.1, 1.4);
  const [left, right] = [middle - half, middle + half];
  shadeArea(canvas, { left, right, bottom: bottom - 0.5, top: bottom }, 0.55);
  fillArea(canvas, { left, right, bottom, top: bottom + 0.18 }, {
    rgb: style.trim,
  });
  const rail: Paint = { rgb: [44, 42, 44] };
  fillArea(
    canvas,
    { left, right, bottom: bottom + 1.05, top: bottom + 1.13 },
    rail,
  );
  for (let bar = left; bar < right; bar += 0.19) {
    fillArea(
      canvas,
      {
        left: bar,
        right: bar + 0.06,
        bottom: bottom + 0.18,
        top: bottom + 1.05,
      },
      rail,
    );
  }
}

/** The inside as it is seen by day, and whether it is lit at night. */
export function roomPaint(style: FacadeStyle, index: number): Paint {
  const lit = latticeNoise(index, 1, style.seed) < 0.38;
  const brightness = 0.4 + 0.6 * latticeNoise(index, 2, style.seed);
  return { rgb: DARK_ROOM, glass: 0.75, lamp: lit ? brightness : 0.02 };
}

function fillSurround(canvas: Canvas, area: Area, style: FacadeStyle): void {
  const { left, right, top, bottom } = area;
  const trim: Paint = { rgb: style.trim };
  const wide = { left: left - 0.16, right: right + 0.16 };
  fillArea(canvas, { ...wide, bottom: bottom - 0.16, top: bottom }, trim);
  shadeArea(
    canvas,
    { ...wide, bottom: bottom - 0.28, top: bottom - 0.16 },
    0.62,
  );
  if (style.head === "none") return;
  if (style.arched) {
    const ring = { ...wide, bottom: top - (right - left) / 2, top: top + 0.16 };
    fillArea(canvas, ring, trim, isUnderArch(ring));
    return;
  }
  fillArea(canvas, { ...wide, bottom: top, top: top + 0.24 }, trim);
  if (style.head === "keystone") {
    const middle = (left + right) / 2;
    const key = { left: middle - 0.14, right: middle + 0.14 };
    fillArea(canvas, { ...key, bottom: top - 0.1, top: top + 0.42 }, trim);
  }
  if (style.head === "pediment") {
    fillArea(
      canvas,
      { ...wide, bottom: top + 0.24, top: top + 0.62 },
      trim,
      (u, v) => v < 1 - Math.abs(2 * u - 1),
    );
  }
}

function fillCurtain(
  canvas: Canvas,
  opening: Area,
  style: FacadeStyle,
  index: number,
): void {
  const kind = latticeNoise(index, 5, style.seed);
  if (kind < 0.45) return;
  const cloth = CURTAINS[Math.floor(latticeNoise(index, 6, style.seed) * 3)]!;
  const paint: Paint = {
    ...roomPaint(style, index),
    rgb: mixRgb(cloth, DARK_ROOM, 0.25),
    glass: 0.3,
  };
  const share = 0.2 + 0.5 * latticeNoise(index, 7, style.seed);
  const inside = style.arched ? isUnderArch(opening) : undefined;
  if (kind < 0.75) {
    const height = (opening.top - opening.bottom) * share; // a blind, let down
    fillArea(
      canvas,
      { ...opening, bottom: opening.top - height },
      paint,
      inside,
    );
    return;
  }
  fillArea(
    canvas,
    opening,
    paint,
    (u, v) => Math.abs(2 * u - 1) > 1 - share * 0.7 && (inside?.(u, v) ?? true),
  );
}

function fillBars(canvas: Canvas, opening: Area, style: FacadeStyle): void {
  const paint: Paint = { rgb: style.frame };
  const { columns, rows } = style.panes;
  const half = FRAME_METERS / 2;
  for (let column = 1; column < columns; column++) {
    const u = opening.left + (opening.right - opening.left) * column / columns;
    const top = opening.top - (style.arched ? 0.12 : 0);
    fillArea(
      canvas,
      { ...opening, left: u - half, right: u + half, top },
      paint,
    );
  }
  for (let row = 1; row < rows; row++) {
    const v = opening.bottom + (opening.top - opening.bottom) * row / rows;
    if (style.arched && row === rows - 1 && rows > 2) continue;
    fillArea(canvas, { ...opening, bottom: v - half, top: v + half }, paint);
  }
}

function fillShutters(canvas: Canvas, area: Area, style: FacadeStyle): void {
  const width = (area.right - area.left) * 0.45;
  const leaves = [
    { ...area, left: area.left - width, right: area.left },
    { ...area, left: area.right, right: area.right + width },
  ];
  for (const leaf of leaves) {
    fillArea(canvas, leaf, { rgb: style.accent });
    for (let slat = leaf.bottom; slat < leaf.top; slat += 0.25) {
      shadeArea(canvas, { ...leaf, bottom: slat, top: slat + 0.07 }, 0.7);
    }
  }
}

/** The lower part of an area, and a half circle as wide as the area on top. */
function isUnderArch(area: Area): (u: number, v: number) => boolean {
  const radius = (area.right - area.left) / 2;
  const height = area.top - area.bottom;
  const spring = Math.max(0, height - radius);
  return (u, v) => {
    const up = v * height - spring;
    return up <= 0 || ((2 * u - 1) * radius) ** 2 + up ** 2 <= radius ** 2;
  };
}
