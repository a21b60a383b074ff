/**
 * The sky with its clouds, and hills on the horizon.
 *
 * @module
 */
import { cloudNoise, mix, ramp } from "./noise.ts";
import type { Lighting } from "./light.ts";

/**
 * Colour of the sky in one direction.
 *
 * @param x East, `y` north, `z` up; need not have unit length, z at least 0.
 * @param out Receives linear red, green, blue.
 */
export function skyColor(
  lighting: Lighting,
  districtSeed: number,
  x: number,
  y: number,
  z: number,
  out: Float32Array,
): void {
  const { condition } = lighting;
  const length = Math.hypot(x, y, z);
  const up = z / length;
  const height = 1 - (1 - up) ** 3;
  const cover = cloudCover(lighting, x / length, y / length, up);
  const facing = (x * lighting.sunX + y * lighting.sunY + z * lighting.sunZ) /
    length;
  const glow = lighting.hasShadows ? 0.5 * Math.max(0, facing) ** 12 : 0;
  const hills = hillShare(districtSeed, x, y, up);
  for (let channel = 0; channel < 3; channel++) {
    const clear = mix(
      condition.horizon[channel]!,
      condition.zenith[channel]!,
      height,
    );
    const cloud = 0.82 * condition.ambient[channel]! +
      0.16 * condition.sun[channel]!;
    const sky = mix(clear, cloud, cover) + glow * condition.sun[channel]! / 2;
    const hill = 0.55 * condition.horizon[channel]! +
      0.06 * condition.ambient[channel]!;
    out[channel] = mix(sky, hill, hills);
  }
}

function cloudCover(
  { condition }: Lighting,
  x: number,
  y: number,
  up: number,
): number {
  const stretch = 1.6 / (up + 0.25);
  const noise = cloudNoise(x * stretch, y * stretch, condition.seed, 4);
  const start = 0.78 - 0.55 * condition.clouds;
  return 0.9 * ramp(noise, start, start + 0.22) * ramp(up, 0, 0.12);
}

/** 1 below the line of the hills around a district, 0 above. */
function hillShare(seed: number, x: number, y: number, up: number): number {
  if (up > 0.14) return 0;
  const scale = 5 / Math.hypot(x, y);
  const line = 0.02 + 0.09 * cloudNoise(x * scale, y * scale, seed, 3);
  return 1 - ramp(up, line - 0.002, line + 0.002);
}
