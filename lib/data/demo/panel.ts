/**
 * Upright painted panels: all that a street is made of, besides ground and sky.
 *
 * @module
 */
import type { Texture } from "./texture.ts";

/** An upright rectangle with a texture; left and right as seen from its front, in metres. */
export interface Panel {
  leftX: number;
  leftY: number;
  rightX: number;
  rightY: number;
  /** Height of its lower edge above the ground, in metres. */
  bottom: number;
  widthMeters: number;
  heightMeters: number;
  /** Paints the texture if need be: what stays hidden is not painted. */
  texture: () => Texture;
  /** Up to here it hides all behind it, in metres above the ground; 0 if it does not. */
  opaqueHeight: number;
  /** Direction it faces, unit length; (0, 0) for what turns with the camera. */
  normalX: number;
  normalY: number;
  /** Factor on its colours: the paint of a car. */
  tint?: readonly [number, number, number];
}

/** Where a camera stands, in metres of the district, and looks, in degrees clockwise from north. */
export interface Camera {
  x: number;
  y: number;
  heightMeters: number;
  heading: number;
}

/** A camera with its directions worked out. */
export interface View extends Camera {
  forwardX: number;
  forwardY: number;
  /** Pixels per unit of tangent. */
  focalPixels: number;
  width: number;
  height: number;
  /** Row of the horizon. */
  horizonRow: number;
}

/** Half the horizontal field of view, as a tangent: 76 degrees in all. */
const HALF_FIELD = 0.78;
/** Rows above the horizon, as a share of the picture: the camera looks slightly up. */
const HORIZON_SHARE = 0.62;

/** Works out the directions of a camera for a picture of a size in pixels. */
export function createView(
  camera: Camera,
  width: number,
  height: number,
): View {
  const radians = camera.heading * Math.PI / 180;
  return {
    ...camera,
    forwardX: Math.sin(radians),
    forwardY: Math.cos(radians),
    focalPixels: width / 2 / HALF_FIELD,
    width,
    height,
    horizonRow: height * HORIZON_SHARE,
  };
}

/** How far ahead and how far to the right of the camera a point is, in metres. */
export function toCamera(
  view: View,
  x: number,
  y: number,
): { depth: number; right: number } {
  const dx = x - view.x;
  const dy = y - view.y;
  return {
    depth: dx * view.forwardX + dy * view.forwardY,
    right: dx * view.forwardY - dy * view.forwardX,
  };
}

/** A panel that always turns its front to the camera, standing at (x, y). */
export function createStandee(
  view: View,
  at: { x: number; y: number; widthMeters: number; heightMeters: number },
  texture: () => Texture,
): Panel {
  const halfX = view.forwardY * at.widthMeters / 2;
  const halfY = -view.forwardX * at.widthMeters / 2;
  return {
    leftX: at.x - halfX,
    leftY: at.y - halfY,
    rightX: at.x + halfX,
    rightY: at.y + halfY,
    bottom: 0,
    widthMeters: at.widthMeters,
    heightMeters: at.heightMeters,
    texture,
    opaqueHeight: 0,
    normalX: 0,
    normalY: 0,
  };
}

/** The four walls of a box, seen from outside: south, east, north, west. */
export function boxWalls(
  box: { west: number; south: number; east: number; north: number },
): Pick<
  Panel,
  | "leftX"
  | "leftY"
  | "rightX"
  | "rightY"
  | "widthMeters"
  | "normalX"
  | "normalY"
>[] {
  const { west, south, east, north } = box;
  const wall = (
    leftX: number,
    leftY: number,
    rightX: number,
    rightY: number,
  ): ReturnType<typeof boxWalls>[number] => {
    const widthMeters = Math.abs(rightX - leftX) + Math.abs(rightY - leftY);
    return {
      leftX,
      leftY,
      rightX,
      rightY,
      widthMeters,
      normalX: (rightY - leftY) / widthMeters,
      normalY: (leftX - rightX) / widthMeters,
    };
  };
  return [
    wall(west, south, east, south),
    wall(east, south, east, north),
    wall(east, north, west, north),
    wall(west, north, west, south),
  ];
}
