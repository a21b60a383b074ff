/**
 * Paints the walls of a building.
 *
 * @module
 */
import { mixRgb } from "./color.ts";
import { fillGroundFloor } from "./facade_ground.ts";
import {
  facadeHeightMeters,
  type FacadeStyle,
  wallHeightMeters,
} from "./facade_style.ts";
import { fillTop } from "./facade_top.ts";
import { fillBalcony, fillWindow } from "./facade_windows.ts";
import { cloudNoise, latticeNoise } from "./noise.ts";
import {
  type Area,
  type Canvas,
  createCanvas,
  createTexture,
  fillArea,
  fillPattern,
  shadeArea,
  type Texture,
} from "./texture.ts";

/** Fine enough for a facade that is six metres away. */
const FACADE_TEXELS_PER_METER = 16;
/** Walls without a street in front are only seen over other roofs. */
const REAR_TEXELS_PER_METER = 5;

/** Paints the wall of a building that faces a street. */
export function paintFacade(style: FacadeStyle, widthMeters: number): Texture {
  const canvas = createCanvas(
    widthMeters,
    facadeHeightMeters(style),
    FACADE_TEXELS_PER_METER,
  );
  const wallTop = wallHeightMeters(style);
  const wall = { left: 0, bottom: 0, right: widthMeters, top: wallTop };
  fillMasonry(canvas, wall, style);
  fillTop(canvas, style, { widthMeters, wallTop });
  if (style.pilasters) fillPilasters(canvas, wall, style);
  fillFloors(canvas, style, widthMeters);
  fillGroundFloor(canvas, style, widthMeters);
  shadeArea(canvas, { ...wall, right: 0.07 }, 0.55); // the joint between two houses
  return createTexture(canvas);
}

/** Paints a wall of a building that faces no street: masonry and a few small windows. */
export function paintRearWall(
  style: FacadeStyle,
  widthMeters: number,
): Texture {
  const top = wallHeightMeters(style) + Math.min(1, style.topHeight);
  const canvas = createCanvas(widthMeters, top, REAR_TEXELS_PER_METER);
  const wall = { left: 0, bottom: 0, right: widthMeters, top };
  fillMasonry(canvas, wall, {
    ...style,
    wall: mixRgb(style.wall, [120, 110, 100], 0.5),
  });
  for (let floor = 0; floor < style.numFloors; floor++) {
    if (latticeNoise(floor, 3, style.seed) < 0.5) continue;
    const left = widthMeters * (0.2 + 0.5 * latticeNoise(floor, 4, style.seed));
    const bottom = style.groundHeight + floor * style.floorHeight + 0.9;
    fillWindow(
      canvas,
      { left, bottom, right: left + 0.9, top: bottom + 1.3 },
      { ...style, head: "none", shutters: false },
      floor,
    );
  }
  return createTexture(canvas);
}

/** Length and height of a brick, a block or a board at full resolution, in texels. */
const COURSES: Readonly<
  Record<FacadeStyle["material"], { length: number; height: number }>
> = {
  brick: { length: 5, height: 2 },
  ashlar: { length: 13, height: 8 },
  boards: { length: 1000, height: 3 },
  plaster: { length: 1000, height: 1000 },
  glass: { length: 1000, height: 1000 },
};
/** How much the pieces of a wall differ in brightness, and how dark the joints are. */
const PIECES: Readonly<
  Record<FacadeStyle["material"], { spread: number; joint: number }>
> = {
  brick: { spread: 0.26, joint: 1 },
  ashlar: { spread: 0.2, joint: 0.78 },
  boards: { spread: 0.14, joint: 0.75 },
  plaster: { spread: 0, joint: 1 },
  glass: { spread: 0, joint: 1 },
};

/** Covers an area with bricks, blocks, boards or plaster, with stains. */
function fillMasonry(canvas: Canvas, area: Area, style: FacadeStyle): void {
  const { material, seed } = style;
  const size = canvas.texelsPerMeter / FACADE_TEXELS_PER_METER;
  const height = Math.max(1, COURSES[material].height * size);
  const length = Math.max(1, COURSES[material].length * size);
  const { spread, joint } = PIECES[material];
  const stainAt = createStains(canvas, seed);
  fillPattern(canvas, area, style.wall, (u, v) => {
    const row = Math.floor(v / height);
    const along = u / length + 0.5 * (row & 1);
    const piece = Math.floor(along);
    const isJoint = v - row * height < 1 || (along - piece) * length < 1;
    const shade = 1 + spread * (latticeNoise(piece, row, seed) - 0.5) +
      0.3 * stainAt(u, v) + 0.07 * (latticeNoise(u, v, seed + 9) - 0.5);
    return isJoint ? joint * shade : shade;
  });
}

/** Large soft stains, -0.5 to 0.5, worked out for blocks of 4 × 4 texels. */
function createStains(
  { width, height, texelsPerMeter }: Canvas,
  seed: number,
): (u: number, v: number) => number {
  const rows = (height >> 2) + 1;
  const stains = new Float32Array(((width >> 2) + 1) * rows);
  const block = 4 / texelsPerMeter;
  for (let at = 0; at < stains.length; at++) {
    const u = Math.floor(at / rows) * block;
    const v = at % rows * block;
    stains[at] = cloudNoise(u / 1.75, v / 2.5, seed, 3) - 0.5;
  }
  return (u, v) => stains[(u >> 2) * rows + (v >> 2)]!;
}

function fillPilasters(canvas: Canvas, wall: Area, style: FacadeStyle): void {
  const { numBays, margin } = layOutBays(style, wall.right);
  for (let bay = 0; bay <= numBays; bay++) {
    const middle = margin + bay * style.bayWidth;
    const pilaster = {
      left: middle - 0.18,
      right: middle + 0.18,
      bottom: style.groundHeight,
      top: wall.top,
    };
    fillArea(canvas, pilaster, { rgb: style.trim });
    shadeArea(canvas, {
      ...pilaster,
      left: middle + 0.18,
      right: middle + 0.28,
    }, 0.65);
  }
}

function fillFloors(
  canvas: Canvas,
  style: FacadeStyle,
  widthMeters: number,
): void {
  const { numBays, margin } = layOutBays(style, widthMeters);
  const pitch = style.windowWidth + 0.25;
  for (let floor = 0; floor < style.numFloors; floor++) {
    const floorBottom = style.groundHeight + floor * style.floorHeight;
    if (style.bands) fillBand(canvas, style, floorBottom, widthMeters);
    const bottom = floorBottom +
      (style.floorHeight - style.windowHeight) * 0.55;
    for (let bay = 0; bay < numBays; bay++) {
      const middle = margin + (bay + 0.5) * style.bayWidth;
      for (let i = 0; i < style.windowsPerBay; i++) {
        const left = middle + (i - style.windowsPerBay / 2) * pitch + 0.125;
        const right = left + style.windowWidth;
        const area = { left, right, bottom, top: bottom + style.windowHeight };
        fillWindow(canvas, area, style, (floor * 31 + bay) * 7 + i);
      }
      if (hasBalcony(style, bay, numBays)) {
        fillBalcony(canvas, style, { middle, bottom: floorBottom });
      }
    }
  }
}

function hasBalcony(style: FacadeStyle, bay: number, numBays: number): boolean {
  return style.balconies === "all" ||
    (style.balconies === "middle" && bay === numBays >> 1);
}

function fillBand(
  canvas: Canvas,
  style: FacadeStyle,
  bottom: number,
  widthMeters: number,
): void {
  const band = { left: 0, right: widthMeters, bottom, top: bottom + 0.22 };
  fillArea(canvas, band, { rgb: style.trim });
  shadeArea(canvas, { ...band, bottom: bottom - 0.14, top: bottom }, 0.62);
}

function layOutBays(
  style: FacadeStyle,
  widthMeters: number,
): { numBays: number; margin: number } {
  const numBays = Math.max(1, Math.floor((widthMeters - 0.5) / style.bayWidth));
  return { numBays, margin: (widthMeters - numBays * style.bayWidth) / 2 };
}
