/**
 * Small painted surfaces: walls, trees, cars. Painted in metres, read at any distance.
 *
 * @module
 */
import type { Rgb } from "./color.ts";

/** Bytes per texel: red, green, blue, cover, glass, lamp. */
export const CHANNELS = 6;

/** One resolution of a texture; texel (u, v), v upwards, begins at `(u·height + v)·CHANNELS`. */
export interface TextureLevel {
  width: number;
  height: number;
  texels: Uint8Array;
}

/** A surface being painted. */
export interface Canvas extends TextureLevel {
  texelsPerMeter: number;
}

/** A finished surface: level l has half the resolution of level l - 1. */
export interface Texture {
  texelsPerMeter: number;
  levels: readonly TextureLevel[];
}

/** A rectangle in metres from the lower left corner of the canvas. */
export interface Area {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

/** What a brush leaves on a texel. */
export interface Paint {
  rgb: Rgb;
  /** How much of what is behind is hidden, 0 to 1; 1 if not given. */
  cover?: number;
  /** How much it mirrors the sky, 0 to 1; 0 if not given. */
  glass?: number;
  /** How much it shines at night, 0 to 1; 0 if not given. */
  lamp?: number;
}

/** A transparent canvas of a size in metres. */
export function createCanvas(
  widthMeters: number,
  heightMeters: number,
  texelsPerMeter: number,
): Canvas {
  const width = Math.max(1, Math.round(widthMeters * texelsPerMeter));
  const height = Math.max(1, Math.round(heightMeters * texelsPerMeter));
  const texels = new Uint8Array(width * height * CHANNELS);
  return { width, height, texelsPerMeter, texels };
}

/** Paints a rectangle, or the part of it for which `inside(u, v)` holds, both 0 to 1 across it. */
export function fillArea(
  canvas: Canvas,
  area: Area,
  paint: Paint,
  inside?: (u: number, v: number) => boolean,
): void {
  const { u0, v0, u1, v1 } = toTexels(canvas, area);
  for (let u = Math.max(0, u0); u < Math.min(canvas.width, u1); u++) {
    for (let v = Math.max(0, v0); v < Math.min(canvas.height, v1); v++) {
      const keep = inside === undefined ||
        inside((u + 0.5 - u0) / (u1 - u0), (v + 0.5 - v0) / (v1 - v0));
      if (keep) setTexel(canvas, u, v, paint);
    }
  }
}

/** Paints every texel of an area with one colour, made `factorAt(u, v)` times as bright. */
export function fillPattern(
  canvas: Canvas,
  area: Area,
  rgb: Rgb,
  factorAt: (u: number, v: number) => number,
): void {
  const { u0, v0, u1, v1 } = toTexels(canvas, area);
  for (let u = Math.max(0, u0); u < Math.min(canvas.width, u1); u++) {
    for (let v = Math.max(0, v0); v < Math.min(canvas.height, v1); v++) {
      const at = (u * canvas.height + v) * CHANNELS;
      const factor = factorAt(u, v);
      canvas.texels[at] = clampByte(rgb[0] * factor);
      canvas.texels[at + 1] = clampByte(rgb[1] * factor);
      canvas.texels[at + 2] = clampByte(rgb[2] * factor);
      canvas.texels[at + 3] = 255;
    }
  }
}

/** Makes an area darker (factor below 1) or lighter, and leaves the rest as it is. */
export function shadeArea(canvas: Canvas, area: Area, factor: number): void {
  const { u0, v0, u1, v1 } = toTexels(canvas, area);
  for (let u = Math.max(0, u0); u < Math.min(canvas.width, u1); u++) {
    for (let v = Math.max(0, v0); v < Math.min(canvas.height, v1); v++) {
      const at = (u * canvas.height + v) * CHANNELS;
      for (let channel = at; channel < at + 3; channel++) {
        canvas.texels[channel] = clampByte(canvas.texels[channel]! * factor);
      }
    }
  }
}

/** Paints an ellipse that fills the area. */
export function fillEllipse(canvas: Canvas, area: Area, paint: Paint): void {
  fillArea(
    canvas,
    area,
    paint,
    (u, v) => (2 * u - 1) ** 2 + (2 * v - 1) ** 2 <= 1,
  );
}

/** The area moved inwards by a margin on every side. */
export function insetArea(area: Area, margin: number): Area {
  return {
    left: area.left + margin,
    bottom: area.bottom + margin,
    right: area.right - margin,
    top: area.top - margin,
  };
}

/** Finishes a canvas: adds all coarser levels. */
export function createTexture(canvas: Canvas): Texture {
  const levels: TextureLevel[] = [canvas];
  for (let last: TextureLevel = canvas; last.width * last.height > 1;) {
    last = halve(last);
    levels.push(last);
  }
  return { texelsPerMeter: canvas.texelsPerMeter, levels };
}

function toTexels(
  { texelsPerMeter }: Canvas,
  { left, bottom, right, top }: Area,
): { u0: number; v0: number; u1: number; v1: number } {
  const u0 = Math.round(left * texelsPerMeter);
  const v0 = Math.round(bottom * texelsPerMeter);
  const u1 = Math.max(u0 + 1, Math.round(right * texelsPerMeter));
  const v1 = Math.max(v0 + 1, Math.round(top * texelsPerMeter));
  return { u0, v0, u1, v1 };
}

function setTexel(
  { height, texels }: Canvas,
  u: number,
  v: number,
  { rgb, cover = 1, glass = 0, lamp = 0 }: Paint,
): void {
  const at = (u * height + v) * CHANNELS;
  texels[at] = clampByte(rgb[0]);
  texels[at + 1] = clampByte(rgb[1]);
  texels[at + 2] = clampByte(rgb[2]);
  texels[at + 3] = clampByte(255 * cover);
  texels[at + 4] = clampByte(255 * glass);
  texels[at + 5] = clampByte(255 * lamp);
}

/** Averages 2 × 2 texels; colours count by their cover. */
function halve(from: TextureLevel): TextureLevel {
  const width = Math.ceil(from.width / 2);
  const height = Math.ceil(from.height / 2);
  const texels = new Uint8Array(width * height * CHANNELS);
  for (let u = 0; u < width; u++) {
    const left = 2 * u * from.height;
    const right = Math.min(from.width - 1, 2 * u + 1) * from.height;
    for (let v = 0; v < height; v++) {
      const low = 2 * v;
      const high = Math.min(from.height - 1, low + 1);
      averageTexels(texels, (u * height + v) * CHANNELS, from.texels, [
        (left + low) * CHANNELS,
        (left + high) * CHANNELS,
        (right + low) * CHANNELS,
        (right + high) * CHANNELS,
      ]);
    }
  }
  return { width, height, texels };
}

function averageTexels(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  [a, b, c, d]: [number, number, number, number],
): void {
  const [coverA, coverB] = [from[a + 3]!, from[b + 3]!];
  const [coverC, coverD] = [from[c + 3]!, from[d + 3]!];
  const total = coverA + coverB + coverC + coverD;
  if (total === 0) return;
  for (let channel = 0; channel < CHANNELS; channel++) {
    to[at + channel] = (coverA * from[a + channel]! +
          coverB * from[b + channel]! + coverC * from[c + channel]! +
          coverD * from[d + channel]!) / total + 0.5;
  }
  to[at + 3] = total / 4;
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
