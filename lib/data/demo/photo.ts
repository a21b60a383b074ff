/**
 * What the camera makes of the light: exposure, colour cast, contrast, noise.
 *
 * @module
 */
import type { Condition } from "./condition.ts";
import { latticeNoise } from "./noise.ts";
import type { RgbImage } from "../image/rgb_image.ts";

/** Pixels rendered per pixel of the photograph, along each side. */
export const SUPERSAMPLING = 2;

const scene = new Float32Array(3);

/**
 * Develops a rendered picture.
 *
 * @param picture Linear light at `SUPERSAMPLING` times the size, `[H, W, 3]`.
 */
export function developPhoto(
  picture: Float32Array,
  { width, height }: { width: number; height: number },
  condition: Condition,
): RgbImage {
  const gain = 2 ** condition.exposureStops * automaticGain(picture);
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      averageBlock(picture, width, x, y);
      const radius = ((2 * x / width - 1) ** 2 + (2 * y / height - 1) ** 2) / 2;
      developPixel(
        pixels,
        (y * width + x) * 3,
        gain * (1 - 0.25 * radius),
        condition,
      );
    }
  }
  return { width, height, pixels };
}

/** Brings dark scenes up, but not all the way: nights stay dark. */
function automaticGain(picture: Float32Array): number {
  let sum = 0;
  for (let at = 1; at < picture.length; at += 3) {
    sum += Math.min(2, picture[at]!);
  }
  const mean = 3 * sum / picture.length;
  return 0.36 * (mean + 0.02) ** -0.6;
}

function averageBlock(
  picture: Float32Array,
  width: number,
  x: number,
  y: number,
): void {
  const stride = SUPERSAMPLING * width * 3;
  const start = SUPERSAMPLING * (y * stride + x * 3);
  for (let channel = 0; channel < 3; channel++) {
    const at = start + channel;
    scene[channel] =
      (Math.min(4, picture[at]!) + Math.min(4, picture[at + 3]!) +
        Math.min(4, picture[at + stride]!) +
        Math.min(4, picture[at + stride + 3]!)) / 4;
  }
}

function developPixel(
  pixels: Uint8Array,
  at: number,
  gain: number,
  condition: Condition,
): void {
  const { cast, contrast, saturation, noise, seed } = condition;
  for (let channel = 0; channel < 3; channel++) {
    const film = 1 - Math.exp(-1.5 * gain * cast[channel]! * scene[channel]!);
    scene[channel] = Math.pow(film, 1 / 2.2);
  }
  const grey = 0.3 * scene[0]! + 0.59 * scene[1]! + 0.11 * scene[2]!;
  for (let channel = 0; channel < 3; channel++) {
    const color = grey + saturation * (scene[channel]! - grey);
    const tone = 0.5 + contrast * (color - 0.5);
    const grain = latticeNoise(at, channel, seed) +
      latticeNoise(at, channel + 3, seed) - 1;
    const value = 255 * tone + 2.4 * noise * grain;
    pixels[at + channel] = Math.max(0, Math.min(255, Math.round(value)));
  }
}
