/**
 * Paints what ends a facade towards the sky.
 *
 * @module
 */
import { mixRgb, scaleRgb } from "./color.ts";
import type { FacadeStyle } from "./facade_style.ts";
import { fillWindow } from "./facade_windows.ts";
import { latticeNoise } from "./noise.ts";
import { type Canvas, fillArea, type Paint, shadeArea } from "./texture.ts";

/** Where the closed wall ends and how wide it is, in metres. */
export interface WallTop {
  widthMeters: number;
  wallTop: number;
}

/** Paints the cornice, parapet, gable or roof above a wall. */
export function fillTop(
  canvas: Canvas,
  style: FacadeStyle,
  wall: WallTop,
): void {
  switch (style.top) {
    case "cornice":
      return fillCornice(canvas, style, wall, style.topHeight);
    case "parapet":
      return fillParapet(canvas, style, wall);
    case "gable":
    case "steps":
      return fillGable(canvas, style, wall);
    case "mansard":
      return fillMansard(canvas, style, wall);
  }
}

function fillCornice(
  canvas: Canvas,
  style: FacadeStyle,
  { widthMeters, wallTop }: WallTop,
  height: number,
): void {
  const across = { left: 0, right: widthMeters };
  const trim: Paint = { rgb: style.trim };
  fillArea(canvas, { ...across, bottom: wallTop, top: wallTop + height }, trim);
  shadeArea(canvas, { ...across, bottom: wallTop - 0.4, top: wallTop }, 0.55);
  shadeArea(
    canvas,
    { ...across, bottom: wallTop, top: wallTop + height * 0.4 },
    0.75,
  );
  const pitch = 0.4 + 0.5 * latticeNoise(1, 8, style.seed);
  for (let left = 0.1; left < widthMeters; left += pitch) {
    const dentil = { left, right: left + pitch / 2 };
    fillArea(
      canvas,
      { ...dentil, bottom: wallTop, top: wallTop + height * 0.4 },
      trim,
    );
  }
}

function fillParapet(
  canvas: Canvas,
  style: FacadeStyle,
  { widthMeters, wallTop }: WallTop,
): void {
  const top = wallTop + style.topHeight;
  const wall = { left: 0, right: widthMeters, bottom: wallTop, top };
  fillArea(canvas, wall, { rgb: scaleRgb(style.wall, 0.94) });
  fillArea(canvas, { ...wall, bottom: top - 0.2 }, { rgb: style.trim });
  shadeArea(canvas, { ...wall, bottom: top - 0.3, top: top - 0.2 }, 0.6);
}

function fillGable(
  canvas: Canvas,
  style: FacadeStyle,
  { widthMeters, wallTop }: WallTop,
): void {
  const top = wallTop + style.topHeight;
  const area = { left: 0, right: widthMeters, bottom: wallTop, top };
  const numSteps = 4;
  const isInside = (u: number, v: number): boolean => {
    const slope = 1 - Math.abs(2 * u - 1);
    return style.top === "gable"
      ? v < slope
      : v < Math.ceil(slope * numSteps) / numSteps;
  };
  const edge = 0.35 / style.topHeight;
  fillArea(canvas, area, { rgb: style.trim }, isInside);
  fillArea(
    canvas,
    area,
    { rgb: scaleRgb(style.wall, 0.97) },
    (u, v) => isInside(u, v + edge),
  );
  const middle = widthMeters / 2;
  const half = Math.min(0.6, widthMeters / 10);
  fillWindow(
    canvas,
    {
      left: middle - half,
      right: middle + half,
      bottom: wallTop + 0.5,
      top: wallTop + 0.5 + style.topHeight * 0.38,
    },
    { ...style, shutters: false, head: "none" },
    997,
  );
}

function fillMansard(
  canvas: Canvas,
  style: FacadeStyle,
  wall: WallTop,
): void {
  const { widthMeters, wallTop } = wall;
  const top = wallTop + style.topHeight;
  const roof = { left: 0, right: widthMeters, bottom: wallTop, top };
  fillArea(canvas, roof, { rgb: style.roof });
  for (let row = wallTop; row < top; row += 0.3) {
    shadeArea(canvas, { ...roof, bottom: row, top: row + 0.08 }, 0.8);
  }
  fillCornice(canvas, style, wall, 0.45);
  const pitch = Math.max(style.bayWidth, 2.2);
  const numDormers = Math.floor((widthMeters - 0.6) / pitch);
  const margin = (widthMeters - numDormers * pitch) / 2;
  for (let dormer = 0; dormer < numDormers; dormer++) {
    const middle = margin + (dormer + 0.5) * pitch;
    fillDormer(canvas, style, { middle, wallTop, index: dormer });
  }
}

function fillDormer(
  canvas: Canvas,
  style: FacadeStyle,
  { middle, wallTop, index }: {
    middle: number;
    wallTop: number;
    index: number;
  },
): void {
  const body = { left: middle - 0.75, right: middle + 0.75 };
  const bottom = wallTop + 0.45;
  const top = wallTop + style.topHeight - 0.55;
  const wall = { rgb: mixRgb(style.trim, style.wall, 0.3) };
  fillArea(canvas, { ...body, bottom, top }, wall);
  fillArea(
    canvas,
    { ...body, bottom: top, top: top + 0.5 },
    { rgb: style.trim },
    (u, v) => v < 1 - Math.abs(2 * u - 1),
  );
  fillWindow(
    canvas,
    { left: middle - 0.5, right: middle + 0.5, bottom: bottom + 0.2, top },
    { ...style, shutters: false, head: "none" },
    900 + index,
  );
}
