/**
 * Paints the ground floor: shops, doors, arcades, garages.
 *
 * @module
 */
import { mixRgb, scaleRgb } from "./color.ts";
import type { FacadeStyle } from "./facade_style.ts";
import { fillWindow, roomPaint } from "./facade_windows.ts";
import { fillShop } from "./shop_front.ts";
import { latticeNoise } from "./noise.ts";
import { type Area, type Canvas, fillArea, shadeArea } from "./texture.ts";

/** Paints everything below the first upper floor. */
export function fillGroundFloor(
  canvas: Canvas,
  style: FacadeStyle,
  widthMeters: number,
): void {
  const floor = {
    left: 0,
    right: widthMeters,
    bottom: 0,
    top: style.groundHeight,
  };
  switch (style.ground) {
    case "shop":
      fillShop(canvas, style, floor);
      break;
    case "door":
      fillHouseFloor(canvas, style, floor);
      break;
    case "arcade":
      fillArcade(canvas, style, floor);
      break;
    case "garage":
      fillGarage(canvas, style, floor);
      break;
  }
  fillArea(canvas, { ...floor, top: 0.3 }, { rgb: scaleRgb(style.trim, 0.6) });
}

function fillHouseFloor(canvas: Canvas, style: FacadeStyle, floor: Area): void {
  if (style.bands) {
    fillArea(canvas, floor, { rgb: scaleRgb(style.trim, 0.85) });
    for (let course = 0.5; course < floor.top; course += 0.5) {
      shadeArea(canvas, { ...floor, bottom: course, top: course + 0.06 }, 0.7);
    }
  }
  const numBays = Math.max(2, Math.floor((floor.right - 0.5) / style.bayWidth));
  const bay = (floor.right - 0.5) / numBays;
  const door = Math.floor(latticeNoise(4, 11, style.seed) * numBays);
  for (let i = 0; i < numBays; i++) {
    const middle = 0.25 + (i + 0.5) * bay;
    if (i === door) {
      fillDoor(canvas, style, middle);
      continue;
    }
    const half = Math.min(style.windowWidth, bay - 0.5) / 2;
    fillWindow(
      canvas,
      {
        left: middle - half,
        right: middle + half,
        bottom: 1.1,
        top: floor.top - 0.7,
      },
      style,
      700 + i,
    );
  }
}

function fillDoor(canvas: Canvas, style: FacadeStyle, middle: number): void {
  const surround = {
    left: middle - 0.85,
    right: middle + 0.85,
    bottom: 0,
    top: 3.1,
  };
  fillArea(canvas, surround, { rgb: style.trim });
  const opening = {
    left: middle - 0.6,
    right: middle + 0.6,
    bottom: 0.15,
    top: 2.3,
  };
  fillArea(canvas, opening, { rgb: style.accent });
  fillArea(
    canvas,
    { ...opening, bottom: 2.4, top: 2.85 },
    roomPaint(style, 650),
  );
  for (const side of [-0.28, 0.28]) {
    for (const bottom of [0.4, 1.3]) {
      const panel = { left: middle + side - 0.2, right: middle + side + 0.2 };
      shadeArea(canvas, { ...panel, bottom, top: bottom + 0.75 }, 0.7);
    }
  }
}

function fillArcade(canvas: Canvas, style: FacadeStyle, floor: Area): void {
  fillArea(canvas, floor, { rgb: scaleRgb(style.trim, 0.95) });
  const numArches = Math.max(2, Math.round(floor.right / 2.8));
  const pitch = floor.right / numArches;
  for (let arch = 0; arch < numArches; arch++) {
    const left = arch * pitch + 0.35;
    const area = {
      left,
      right: left + pitch - 0.7,
      bottom: 0.1,
      top: floor.top - 0.45,
    };
    fillWindow(
      canvas,
      area,
      { ...style, arched: true, head: "none", shutters: false },
      800 + arch,
    );
  }
}

function fillGarage(canvas: Canvas, style: FacadeStyle, floor: Area): void {
  const numDoors = Math.max(1, Math.floor((floor.right - 0.6) / 3.4));
  const pitch = (floor.right - 0.6) / numDoors;
  for (let i = 0; i < numDoors; i++) {
    const left = 0.3 + i * pitch + 0.25;
    const door = {
      left,
      right: left + pitch - 0.5,
      bottom: 0,
      top: floor.top - 0.8,
    };
    fillArea(canvas, door, { rgb: mixRgb(style.accent, [170, 170, 168], 0.5) });
    for (let slat = 0.2; slat < door.top; slat += 0.32) {
      shadeArea(canvas, { ...door, bottom: slat, top: slat + 0.07 }, 0.72);
    }
    shadeArea(canvas, { ...door, bottom: door.top - 0.25 }, 0.5);
  }
}
