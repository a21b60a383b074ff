/**
 * Draws a scene column by column: ground and sky, then panels from far to near.
 *
 * Upright panels seen by a camera that does not tilt stay upright, so that every
 * column of the picture meets a panel along one column of its texture.
 *
 * @module
 */
import { groundColor } from "./ground.ts";
import { createLighting, type Lighting } from "./light.ts";
import type { Condition } from "./condition.ts";
import { type Hit, listHits } from "./hits.ts";
import { drawPanelColumn, mixHaze } from "./panel_column.ts";
import type { View } from "./panel.ts";
import type { Scene } from "./scene.ts";
import { skyColor } from "./sky.ts";

/** A panel's visible rows in one column of the picture. */
interface Span {
  hit: Hit;
  firstRow: number;
  endRow: number;
}

/** A column of the picture: where it lies and which way it looks. */
interface ColumnRay {
  column: number;
  /** Ground direction per metre of depth. */
  x: number;
  y: number;
}

/** Renders a scene in linear light, `[height, width, 3]`; 1 is about as bright as white paper. */
export function renderScene(
  scene: Scene,
  view: View,
  condition: Condition,
): Float32Array {
  const { width, height, focalPixels, forwardX, forwardY } = view;
  const picture = new Float32Array(width * height * 3);
  const lighting = createLighting(condition);
  const hitsOfColumn = listHits(scene.panels, view);
  for (let column = 0; column < width; column++) {
    const slope = (column + 0.5 - width / 2) / focalPixels;
    const ray = {
      column,
      x: forwardX + slope * forwardY,
      y: forwardY - slope * forwardX,
    };
    const { spans, skyEnd, groundStart } = cutSpans(
      hitsOfColumn[column]!,
      view,
    );
    drawSky(picture, scene, view, lighting, ray, skyEnd);
    drawGround(picture, scene, view, lighting, ray, groundStart);
    for (const { hit, firstRow, endRow } of spans.reverse()) {
      drawPanelColumn(picture, scene, view, lighting, {
        ...ray,
        hit,
        firstRow,
        endRow,
      });
    }
  }
  return picture;
}

/** Which rows of each hit can be seen, near to far, and how much sky and ground is left. */
function cutSpans(
  hits: readonly Hit[],
  view: View,
): { spans: Span[]; skyEnd: number; groundStart: number } {
  const spans: Span[] = [];
  const horizon = view.horizonRow;
  const ahead = Math.min(view.height, Math.ceil(horizon));
  let hiddenFrom = view.height;
  let groundStart = ahead;
  for (const hit of hits) {
    const { panel, depth } = hit;
    const pixelsPerMeter = view.focalPixels / depth;
    const rowOf = (meters: number): number =>
      horizon - (meters - view.heightMeters) * pixelsPerMeter;
    const firstRow = Math.max(
      0,
      Math.floor(rowOf(panel.bottom + panel.heightMeters)),
    );
    const endRow = Math.min(hiddenFrom, Math.ceil(rowOf(panel.bottom)));
    if (endRow > firstRow) spans.push({ hit, firstRow, endRow });
    if (panel.opaqueHeight === 0) continue;
    if (groundStart === ahead) {
      groundStart = Math.max(ahead, Math.floor(rowOf(0)));
    }
    hiddenFrom = Math.min(hiddenFrom, Math.ceil(rowOf(panel.opaqueHeight)));
    if (hiddenFrom <= 0) break;
  }
  return { spans, skyEnd: Math.min(ahead, hiddenFrom), groundStart };
}

const color = new Float32Array(3);

/** The sky is soft: one colour serves two rows. */
function drawSky(
  picture: Float32Array,
  scene: Scene,
  view: View,
  lighting: Lighting,
  ray: ColumnRay,
  endRow: number,
): void {
  for (let row = 0; row < endRow; row++) {
    if (row % 2 === 0) {
      const up = Math.max(0, (view.horizonRow - row - 1) / view.focalPixels);
      skyColor(lighting, scene.district.seed, ray.x, ray.y, up, color);
    }
    picture.set(color, (row * view.width + ray.column) * 3);
  }
}

function drawGround(
  picture: Float32Array,
  scene: Scene,
  view: View,
  lighting: Lighting,
  ray: ColumnRay,
  startRow: number,
): void {
  const length = Math.hypot(ray.x, ray.y);
  for (let row = startRow; row < view.height; row++) {
    const down = Math.max(0.05, row + 0.5 - view.horizonRow);
    const depth = view.heightMeters * view.focalPixels / down;
    const distance = depth * length;
    const x = view.x + ray.x * depth;
    const y = view.y + ray.y * depth;
    groundColor(scene, lighting, { x, y, distance }, color);
    mixHaze(color, lighting, distance);
    picture.set(color, (row * view.width + ray.column) * 3);
  }
}
