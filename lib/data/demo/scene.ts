/**
 * What one photograph shows.
 *
 * @module
 */
import type { District } from "./district.ts";
import { type Panel, toCamera, type View } from "./panel.ts";

/** Beyond this nothing is drawn, in metres. */
export const SIGHT_METERS = 150;
/** Beyond this there are no cars, and trees throw no shadows, in metres. */
export const DETAIL_METERS = 60;

/** A round thing that throws a shadow: the crown of a tree. */
export interface Crown {
  x: number;
  y: number;
  heightMeters: number;
  radius: number;
}

/** The outline of a house or a car on the ground. */
export interface Footprint {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** A house as its shadow sees it. */
export interface Caster extends Footprint {
  heightMeters: number;
}

/** All that one photograph shows. */
export interface Scene {
  district: District;
  panels: Panel[];
  /** Houses near enough for their shadows to be seen. */
  casters: readonly Caster[];
  crowns: Crown[];
  cars: Footprint[];
  lamps: { x: number; y: number }[];
}

/** Whether a wall shows its front to the camera, lies in the field of view and is near enough. */
export function isInSight(
  view: View,
  wall: Pick<
    Panel,
    "leftX" | "leftY" | "rightX" | "rightY" | "normalX" | "normalY"
  >,
): boolean {
  const facing = (view.x - wall.leftX) * wall.normalX +
    (view.y - wall.leftY) * wall.normalY;
  if (facing <= 0) return false;
  const a = toCamera(view, wall.leftX, wall.leftY);
  const b = toCamera(view, wall.rightX, wall.rightY);
  const slope = view.width / 2 / view.focalPixels;
  const ahead = Math.max(a.depth, b.depth) > 0.3 &&
    Math.min(a.depth, b.depth) < SIGHT_METERS;
  const left = a.right < -slope * a.depth && b.right < -slope * b.depth;
  const right = a.right > slope * a.depth && b.right > slope * b.depth;
  return ahead && !left && !right;
}
