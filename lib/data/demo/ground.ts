/**
 * Roads, pavements, markings and yards, with snow and puddles.
 *
 * @module
 */
import { STREET_HALF_WIDTH } from "./blocks.ts";
import type { Rgb } from "./color.ts";
import { ROAD_HALF_WIDTH } from "./district.ts";
import {
  addLampLight,
  type Lighting,
  shadowHeightMeters,
  sunThroughTrees,
} from "./light.ts";
import { cloudNoise, latticeNoise, mix, ramp, smoothNoise } from "./noise.ts";
import type { Scene } from "./scene.ts";

const ASPHALT: Rgb = [0.085, 0.085, 0.09];
const PAVING: Rgb = [0.25, 0.235, 0.215];
const KERB: Rgb = [0.36, 0.35, 0.33];
const MARKING: Rgb = [0.62, 0.62, 0.58];
const YARD: Rgb = [0.12, 0.13, 0.07];
const SNOW: Rgb = [0.82, 0.85, 0.9];

const albedo = new Float32Array(3);
const light = new Float32Array(3);

/**
 * Colour of the ground at (x, y).
 *
 * @param distance From the camera, in metres: fine things fade with it.
 * @param out Receives linear red, green, blue.
 */
export function groundColor(
  scene: Scene,
  lighting: Lighting,
  { x, y, distance }: { x: number; y: number; distance: number },
  out: Float32Array,
): void {
  const { condition } = lighting;
  paintGround(scene, x, y, distance);
  coverWithSnow(scene, lighting, x, y);
  const inSun = shadowHeightMeters(scene, lighting, x, y) > 0 ? 0 : 1;
  const sun = inSun * sunThroughTrees(scene, lighting, x, y) * lighting.sunZ;
  const open = isUnderCar(scene, x, y) ? 0.25 : 1;
  light.fill(0);
  addLampLight(scene, lighting, x, y, light);
  const puddle = condition.wet * ramp(smoothNoise(x / 3, y / 3, 5), 0.3, 0.7);
  for (let channel = 0; channel < 3; channel++) {
    const fallen = light[channel]! + condition.ambient[channel]! +
      sun * condition.sun[channel]!;
    const dry = albedo[channel]! * open * fallen * (1 - 0.45 * condition.wet);
    const mirrored = 0.5 * condition.horizon[channel]! + 0.5 * light[channel]!;
    out[channel] = dry + open * 0.28 * puddle * mirrored;
  }
}

function paintGround(
  scene: Scene,
  x: number,
  y: number,
  distance: number,
): void {
  const { northStreets, eastStreets, seed } = scene.district;
  const acrossX = distanceToNearest(northStreets, x);
  const acrossY = distanceToNearest(eastStreets, y);
  const across = Math.min(acrossX, acrossY);
  const isCrossing = acrossX < STREET_HALF_WIDTH && acrossY < STREET_HALF_WIDTH;
  const fade = 1 - ramp(distance, 15, 50);
  if (across > STREET_HALF_WIDTH) {
    setAlbedo(YARD, 0.8 + 0.4 * smoothNoise(x, y, seed));
  } else if (across < ROAD_HALF_WIDTH) {
    const patch = cloudNoise(x / 5, y / 5, seed, 2);
    const repaired = smoothNoise(x / 4, y / 4, seed + 4) > 0.72 ? 0.7 : 1;
    setAlbedo(ASPHALT, repaired * (0.7 + 0.6 * patch));
    const along = acrossX < acrossY ? y : x;
    const marked = isCrossing
      ? 0
      : markingShare(Math.max(acrossX, acrossY), across, along, distance);
    blendAlbedo(MARKING, 0.85 * marked);
  } else if (across < ROAD_HALF_WIDTH + 0.25) {
    setAlbedo(KERB, 1);
  } else {
    const slab = latticeNoise(Math.floor(x / 0.9), Math.floor(y / 0.9), seed);
    const joint = Math.min(mod(x, 0.9), mod(y, 0.9)) < 0.06 ? 0.72 : 1;
    setAlbedo(PAVING, mix(1, joint * (0.86 + 0.28 * slab), fade));
  }
  const grain = latticeNoise(Math.floor(x * 12), Math.floor(y * 12), seed);
  const dirt = 1 + fade * 0.16 * (grain - 0.5);
  for (let channel = 0; channel < 3; channel++) albedo[channel]! *= dirt;
}

/** Zebra stripes before a crossing, a dashed line elsewhere; 0 to 1. */
function markingShare(
  toCrossing: number,
  across: number,
  along: number,
  distance: number,
): number {
  const past = toCrossing - STREET_HALF_WIDTH;
  if (past > 0.6 && past < 3.4) {
    const stripe = mod(across + 0.35, 1.1) < 0.6 ? 1 : 0;
    return mix(stripe, 0.55, ramp(distance, 20, 45));
  }
  const dash = mod(along, 5) < 2.4 ? 1 : 0;
  const blur = Math.max(0.02, distance / 300);
  const line = 1 - ramp(across, 0.09, 0.09 + blur);
  return past > 3.4 ? line * mix(dash, 0.5, ramp(distance, 30, 70)) : 0;
}

function coverWithSnow(
  scene: Scene,
  { condition }: Lighting,
  x: number,
  y: number,
): void {
  if (condition.snow === 0) return;
  const { northStreets, eastStreets } = scene.district;
  const across = Math.min(
    distanceToNearest(northStreets, x),
    distanceToNearest(eastStreets, y),
  );
  const isTrack = Math.abs(Math.abs(across - 1.9) - 0.75) < 0.3;
  const onRoad = across < ROAD_HALF_WIDTH;
  const depth = condition.snow * (onRoad ? isTrack ? 0.35 : 0.75 : 1);
  const patches = cloudNoise(x / 2.2, y / 2.2, condition.seed, 3);
  blendAlbedo(SNOW, ramp(depth * 1.5, patches, patches + 0.35));
}

function isUnderCar({ cars }: Scene, x: number, y: number): boolean {
  for (const car of cars) {
    if (x > car.west && x < car.east && y > car.south && y < car.north) {
      return true;
    }
  }
  return false;
}

function distanceToNearest(streets: readonly number[], at: number): number {
  let nearest = Infinity;
  for (const street of streets) {
    nearest = Math.min(nearest, Math.abs(street - at));
  }
  return nearest;
}

function setAlbedo(color: Rgb, factor: number): void {
  for (let channel = 0; channel < 3; channel++) {
    albedo[channel] = color[channel]! * factor;
  }
}

function blendAlbedo(color: Rgb, amount: number): void {
  for (let channel = 0; channel < 3; channel++) {
    albedo[channel] = mix(albedo[channel]!, color[channel]!, amount);
  }
}

function mod(value: number, period: number): number {
  return value - Math.floor(value / period) * period;
}
