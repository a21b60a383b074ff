/**
 * Draws the part of one panel that one column of the picture shows.
 *
 * @module
 */
import { LINEAR_OF_BYTE } from "./color.ts";
import type { Hit } from "./hits.ts";
import { addLampLight, type Lighting, shadowHeightMeters } from "./light.ts";
import type { View } from "./panel.ts";
import type { Scene } from "./scene.ts";
import { CHANNELS, type Texture, type TextureLevel } from "./texture.ts";

/** Light of a lit window or lamp, linear. */
const LAMP_GLOW = [1.7, 1.18, 0.58] as const;

/** A column of the picture and the rows of it to draw. */
export interface ColumnSpan {
  column: number;
  /** Ground direction per metre of depth. */
  x: number;
  y: number;
  hit: Hit;
  firstRow: number;
  endRow: number;
}

const texels = new Float32Array(2048 * CHANNELS);
const shade = new Float32Array(3);
const lit = new Float32Array(3);
const mirror = new Float32Array(3);

/** Draws over what is already in the picture. */
export function drawPanelColumn(
  picture: Float32Array,
  scene: Scene,
  view: View,
  lighting: Lighting,
  span: ColumnSpan,
): void {
  const { panel, depth, along, footprint } = span.hit;
  const metersPerRow = depth / view.focalPixels;
  const level = chooseLevel(panel.texture(), metersPerRow);

  averageColumns(level, along, footprint, panel.widthMeters);
  const x = view.x + span.x * depth;
  const y = view.y + span.y * depth;
  const shadowTop = setLight(scene, lighting, panel, x, y);
  const keep = hazeShare(lighting, depth * Math.hypot(span.x, span.y));
  const texelsPerMeter = level.height / panel.heightMeters;
  for (let row = span.firstRow; row < span.endRow; row++) {
    const meters = view.heightMeters +
      (view.horizonRow - row - 0.5) * metersPerRow;
    const v = (meters - panel.bottom) * texelsPerMeter - 0.5;
    const inSun = meters > shadowTop;
    const at = (row * view.width + span.column) * 3;
    drawTexel(picture, at, v, level.height, lighting, {
      light: inSun ? lit : shade,
      keep,
      tint: panel.tint,
    });
  }
}

/** Mixes a colour with the haze between it and the camera. */
export function mixHaze(
  color: Float32Array,
  lighting: Lighting,
  distance: number,
): void {
  const keep = hazeShare(lighting, distance);
  for (let channel = 0; channel < 3; channel++) {
    color[channel] = keep * color[channel]! +
      (1 - keep) * 0.8 * lighting.condition.horizon[channel]!;
  }
}

function hazeShare({ condition }: Lighting, distance: number): number {
  return Math.exp(-distance / condition.hazeMeters);
}

/** The level whose texels are about as large as a pixel. */
function chooseLevel(
  { levels, texelsPerMeter }: Texture,
  metersPerRow: number,
): TextureLevel {
  const texelsPerRow = metersPerRow * texelsPerMeter;
  const level = Math.round(Math.log2(Math.max(1, texelsPerRow)));
  return levels[Math.min(levels.length - 1, level)]!;
}

/** Averages the texture's columns under the footprint into `texels`: linear, colours times cover. */
function averageColumns(
  { width, height, texels: bytes }: TextureLevel,
  along: number,
  footprint: number,
  widthMeters: number,
): void {
  const scale = width / widthMeters;
  const half = Math.max(1, Math.min(12, footprint * scale)) / 2;
  const from = Math.max(0, Math.min(width - 1, along * scale - half));
  const to = Math.min(width, Math.max(from + 0.5, along * scale + half));
  texels.fill(0, 0, height * CHANNELS);
  for (let u = Math.floor(from); u < to; u++) {
    const weight = (Math.min(to, u + 1) - Math.max(from, u)) / (to - from);
    addColumn(bytes, u * height * CHANNELS, height, weight);
  }
}

function addColumn(
  bytes: Uint8Array,
  start: number,
  height: number,
  weight: number,
): void {
  const end = height * CHANNELS;
  for (let at = 0; at < end; at += CHANNELS) {
    const from = start + at;
    const cover = weight * bytes[from + 3]! / 255;
    if (cover === 0) continue;
    texels[at]! += cover * LINEAR_OF_BYTE[bytes[from]!]!;
    texels[at + 1]! += cover * LINEAR_OF_BYTE[bytes[from + 1]!]!;
    texels[at + 2]! += cover * LINEAR_OF_BYTE[bytes[from + 2]!]!;
    texels[at + 3]! += cover;
    texels[at + 4]! += cover * bytes[from + 4]! / 255;
    texels[at + 5]! += cover * bytes[from + 5]! / 255;
  }
}

/** Sets the light in sun, in shade and in mirrors; returns up to where the shade reaches, in metres. */
function setLight(
  scene: Scene,
  lighting: Lighting,
  panel: Hit["panel"],
  x: number,
  y: number,
): number {
  const { condition, sunX, sunY } = lighting;
  const isFlat = panel.normalX !== 0 || panel.normalY !== 0;
  const facing = isFlat
    ? Math.max(0, panel.normalX * sunX + panel.normalY * sunY)
    : 0.55;
  shade.set(condition.ambient);
  addLampLight(scene, lighting, x, y, shade);
  for (let channel = 0; channel < 3; channel++) {
    lit[channel] = shade[channel]! + facing * condition.sun[channel]!;
    mirror[channel] = 0.1 * condition.zenith[channel]! +
      0.14 * condition.horizon[channel]!;
  }
  if (facing === 0) return 0;
  const [outX, outY] = [x + 0.05 * panel.normalX, y + 0.05 * panel.normalY];
  return shadowHeightMeters(scene, lighting, outX, outY);
}

/** Blends the texel at height `v` over one pixel. */
function drawTexel(
  picture: Float32Array,
  at: number,
  v: number,
  height: number,
  { condition }: Lighting,
  { light, keep, tint }: {
    light: Float32Array;
    keep: number;
    tint: readonly [number, number, number] | undefined;
  },
): void {
  const low = Math.floor(v);
  const share = v - low;
  const a = Math.max(0, Math.min(height - 1, low)) * CHANNELS;
  const b = Math.max(0, Math.min(height - 1, low + 1)) * CHANNELS;
  const cover = texels[a + 3]! + share * (texels[b + 3]! - texels[a + 3]!);
  if (cover < 0.004) return;
  const glass = texels[a + 4]! + share * (texels[b + 4]! - texels[a + 4]!);
  const lamp = texels[a + 5]! + share * (texels[b + 5]! - texels[a + 5]!);
  const glow = condition.lamps * lamp;
  for (let channel = 0; channel < 3; channel++) {
    const paint = texels[a + channel]! +
      share * (texels[b + channel]! - texels[a + channel]!);
    const color =
      paint * light[channel]! * (tint === undefined ? 1 : tint[channel]!) +
      glass * mirror[channel]! + glow * LAMP_GLOW[channel]!;
    const haze = (1 - keep) * cover * 0.8 * condition.horizon[channel]!;
    picture[at + channel] = (1 - cover) * picture[at + channel]! +
      keep * color + haze;
  }
}
