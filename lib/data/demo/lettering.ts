/**
 * Letters of three by five squares, for shop signs.
 *
 * @module
 */
import { type Canvas, fillArea, type Paint } from "./texture.ts";

/** Rows from the top, three bits each; all that the syllables of the signs need. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  A: [2, 5, 7, 5, 5],
  B: [6, 5, 6, 5, 6],
  C: [3, 4, 4, 4, 3],
  D: [6, 5, 5, 5, 6],
  E: [7, 4, 6, 4, 7],
  F: [7, 4, 6, 4, 4],
  G: [3, 4, 5, 5, 3],
  H: [5, 5, 7, 5, 5],
  I: [7, 2, 2, 2, 7],
  K: [5, 5, 6, 5, 5],
  L: [4, 4, 4, 4, 7],
  M: [5, 7, 7, 5, 5],
  N: [6, 5, 5, 5, 5],
  O: [2, 5, 5, 5, 2],
  P: [6, 5, 6, 4, 4],
  R: [6, 5, 6, 5, 5],
  S: [3, 4, 2, 1, 6],
  T: [7, 2, 2, 2, 2],
  U: [5, 5, 5, 5, 7],
  V: [5, 5, 5, 5, 2],
  Z: [7, 1, 2, 4, 7],
};

/** Width of a text in metres, with letters of a given height. */
export function textWidthMeters(text: string, letterHeight: number): number {
  return (4 * text.length - 1) * letterHeight / 5;
}

/** Paints a text whose lower left corner is at (left, bottom), in metres. */
export function fillText(
  canvas: Canvas,
  text: string,
  at: { left: number; bottom: number; letterHeight: number },
  paint: Paint,
): void {
  const square = at.letterHeight / 5;
  [...text].forEach((letter, index) => {
    GLYPHS[letter]!.forEach((bits, row) => {
      for (let column = 0; column < 3; column++) {
        if ((bits >> (2 - column) & 1) === 0) continue;
        const left = at.left + (4 * index + column) * square;
        const bottom = at.bottom + (4 - row) * square;
        fillArea(
          canvas,
          { left, bottom, right: left + square, top: bottom + square },
          paint,
        );
      }
    });
  });
}
