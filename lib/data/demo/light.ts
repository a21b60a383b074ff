/**
 * How much light falls on a point of the city.
 *
 * @module
 */
import type { Condition } from "./condition.ts";
import type { Scene } from "./scene.ts";

/** Light of a street lamp nearby, linear. */
const LAMP_LIGHT = [1.5, 1.02, 0.5] as const;
/** A lamp is half as bright this far away, in metres. */
const LAMP_REACH_METERS = 4.5;

/** The light of one photograph. */
export interface Lighting {
  condition: Condition;
  /** Direction to the sun, unit length; z is up. */
  sunX: number;
  sunY: number;
  sunZ: number;
  /** Height gained per metre along the ground towards the sun. */
  sunSlope: number;
  /** Whether the sun throws shadows. */
  hasShadows: boolean;
}

/** Works out where the light of a condition comes from. */
export function createLighting(condition: Condition): Lighting {
  const azimuth = condition.sunAzimuth * Math.PI / 180;
  const elevation = condition.sunElevation * Math.PI / 180;
  const across = Math.cos(elevation);
  return {
    condition,
    sunX: Math.sin(azimuth) * across,
    sunY: Math.cos(azimuth) * across,
    sunZ: Math.sin(elevation),
    sunSlope: Math.tan(elevation),
    hasShadows: condition.sun[0] > 0.2,
  };
}

/** Up to this height above (x, y) the shadow of a building reaches, in metres; 0 for none. */
export function shadowHeightMeters(
  { casters }: Scene,
  { sunX, sunY, sunSlope, hasShadows }: Lighting,
  x: number,
  y: number,
): number {
  if (!hasShadows) return 0;
  const across = Math.hypot(sunX, sunY);
  const inverseX = across / (sunX || 1e-9);
  const inverseY = across / (sunY || 1e-9);
  let highest = 0;
  for (let i = 0; i < casters.length; i++) {
    const { west, south, east, north, heightMeters } = casters[i]!;
    const toWest = (west - x) * inverseX;
    const toEast = (east - x) * inverseX;
    const toSouth = (south - y) * inverseY;
    const toNorth = (north - y) * inverseY;
    const leaveX = toWest > toEast ? toWest : toEast;
    const leaveY = toSouth > toNorth ? toSouth : toNorth;
    const leave = leaveX < leaveY ? leaveX : leaveY;
    if (leave < 0) continue;
    const enterX = toWest < toEast ? toWest : toEast;
    const enterY = toSouth < toNorth ? toSouth : toNorth;
    const enter = enterX > enterY ? enterX : enterY;
    if (leave < enter) continue;
    const height = heightMeters - (enter > 0 ? enter * sunSlope : 0);
    if (height > highest) highest = height;
  }
  return highest;
}

/** Share of the sun that the crowns of trees let through to the ground at (x, y). */
export function sunThroughTrees(
  { crowns }: Scene,
  { sunX, sunY, sunZ, hasShadows, condition }: Lighting,
  x: number,
  y: number,
): number {
  if (!hasShadows) return 1;
  const across = Math.hypot(sunX, sunY);
  let share = 1;
  for (const { x: crownX, y: crownY, heightMeters, radius } of crowns) {
    const dx = x - crownX + sunX / sunZ * heightMeters;
    const dy = y - crownY + sunY / sunZ * heightMeters;
    const along = (dx * sunX + dy * sunY) / across * sunZ;
    const aside = (dx * sunY - dy * sunX) / across;
    const inside = 1 - (along * along + aside * aside) / (radius * radius);
    if (inside > 0) {
      share *= 1 - Math.min(1, inside * 3) *
          (condition.season === "winter" ? 0.25 : 0.7);
    }
  }
  return share;
}

/** Adds the light of the street lamps at (x, y) to a colour. */
export function addLampLight(
  { lamps }: Scene,
  { condition }: Lighting,
  x: number,
  y: number,
  light: Float32Array,
): void {
  if (condition.lamps === 0) return;
  let sum = 0;
  for (const lamp of lamps) {
    const squared = (x - lamp.x) ** 2 + (y - lamp.y) ** 2;
    sum += 1 / (1 + squared / LAMP_REACH_METERS ** 2);
  }
  const strength = condition.lamps * 0.4 * Math.min(1.5, sum);
  for (let channel = 0; channel < 3; channel++) {
    light[channel]! += strength * LAMP_LIGHT[channel]!;
  }
}
