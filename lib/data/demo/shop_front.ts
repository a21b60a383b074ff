/**
 * Paints shop fronts: windows with goods, a door, a sign, an awning.
 *
 * @module
 */
import { mixRgb, scaleRgb } from "./color.ts";
import type { FacadeStyle } from "./facade_style.ts";
import { roomPaint } from "./facade_windows.ts";
import { fillText, textWidthMeters } from "./lettering.ts";
import { latticeNoise } from "./noise.ts";
import {
  type Area,
  type Canvas,
  fillArea,
  insetArea,
  shadeArea,
} from "./texture.ts";

const SIGN_METERS = 0.95;

/** Paints a shop over the whole ground floor. */
export function fillShop(
  canvas: Canvas,
  style: FacadeStyle,
  floor: Area,
): void {
  const front = { ...floor, left: 0.3, right: floor.right - 0.3 };
  const signBottom = floor.top - SIGN_METERS - 0.15;
  const glazing = { ...front, bottom: 0.55, top: signBottom - 0.1 };
  fillArea(canvas, { ...front, bottom: 0.1, top: floor.top - 0.1 }, {
    rgb: scaleRgb(style.accent, 0.85),
  });
  const paneWidth = 1.5 + latticeNoise(1, 11, style.seed);
  const numPanes = Math.max(
    2,
    Math.round((front.right - front.left) / paneWidth),
  );
  const door = Math.floor(latticeNoise(2, 11, style.seed) * numPanes);
  const width = (front.right - front.left) / numPanes;
  for (let pane = 0; pane < numPanes; pane++) {
    const left = front.left + pane * width;
    const bottom = pane === door ? 0.12 : glazing.bottom;
    const area = insetArea(
      { ...glazing, left, right: left + width, bottom },
      0.1,
    );
    fillArea(canvas, area, { ...roomPaint(style, pane + 500), lamp: 0.8 });
    fillDisplay(canvas, area, style, pane);
  }
  fillSign(canvas, style, {
    ...front,
    bottom: signBottom,
    top: floor.top - 0.15,
  });
  if (style.awning !== "none") {
    fillAwning(canvas, style, { ...front, top: signBottom });
  }
}

/** Goods in a shop window: blocks of colour. */
function fillDisplay(
  canvas: Canvas,
  area: Area,
  style: FacadeStyle,
  pane: number,
): void {
  for (let item = 0; item < 4; item++) {
    const at = pane * 4 + item;
    const size = 0.2 + 0.35 * latticeNoise(at, 13, style.seed);
    const span = area.right - area.left - size;
    const left = area.left + span * latticeNoise(at, 12, style.seed);
    const rgb = mixRgb(style.accent, [
      255 * latticeNoise(at, 14, style.seed),
      255 * latticeNoise(at, 15, style.seed),
      255 * latticeNoise(at, 16, style.seed),
    ], 0.7);
    fillArea(
      canvas,
      {
        left,
        right: left + size,
        bottom: area.bottom,
        top: area.bottom + 1.6 * size,
      },
      { rgb: scaleRgb(rgb, 0.6), glass: 0.25, lamp: 0.6 },
    );
  }
}

function fillSign(canvas: Canvas, style: FacadeStyle, board: Area): void {
  const { sign } = style;
  fillArea(canvas, board, { rgb: sign.board, lamp: 0.1 });
  const width = board.right - board.left;
  const letterHeight = Math.min(
    0.62,
    0.62 * (width - 0.4) / textWidthMeters(sign.text, 0.62),
  );
  const text = textWidthMeters(sign.text, letterHeight);
  const slack = width - text;
  const left = board.left +
    slack * (0.25 + 0.5 * latticeNoise(3, 11, style.seed));
  const bottom = (board.bottom + board.top - letterHeight) / 2;
  fillText(canvas, sign.text, { left, bottom, letterHeight }, {
    rgb: sign.letters,
    lamp: 0.7,
  });
  shadeArea(canvas, {
    ...board,
    bottom: board.bottom - 0.12,
    top: board.bottom,
  }, 0.6);
}

function fillAwning(canvas: Canvas, style: FacadeStyle, front: Area): void {
  const awning = { ...front, bottom: front.top - 0.9 };
  fillArea(canvas, awning, { rgb: style.accent });
  if (style.awning === "striped") {
    for (let left = front.left; left < front.right; left += 0.7) {
      const right = Math.min(front.right, left + 0.35);
      fillArea(canvas, { ...awning, left, right }, { rgb: [232, 226, 212] });
    }
  }
  shadeArea(canvas, { ...awning, top: awning.bottom + 0.22 }, 0.72);
  shadeArea(canvas, {
    ...awning,
    bottom: awning.bottom - 0.6,
    top: awning.bottom,
  }, 0.5);
}
