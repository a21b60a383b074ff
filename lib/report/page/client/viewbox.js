// @ts-check
// What part of a drawing is seen.

/** @typedef {{ x: number, y: number, width: number, height: number }} ViewBox */

/** The farthest that a drawing is enlarged. */
const MAX_ZOOM = 64;

/**
 * Enlarges about a point, which stays where it is.
 *
 * @param {ViewBox} box What is seen.
 * @param {ViewBox} whole
 * @param {number} factor Above 1 to see less, larger.
 * @param {{ x: number, y: number }} at In the units of the drawing.
 * @returns {ViewBox}
 */
export function zoomBox(box, whole, factor, at) {
  const zoom = Math.min(
    MAX_ZOOM,
    Math.max(1, factor * whole.width / box.width),
  );
  const scale = whole.width / zoom / box.width;
  return keepInside({
    x: at.x + (box.x - at.x) * scale,
    y: at.y + (box.y - at.y) * scale,
    width: whole.width / zoom,
    height: whole.height / zoom,
  }, whole);
}

/**
 * @param {ViewBox} box
 * @param {ViewBox} whole
 * @returns {ViewBox} Of the same size, inside the whole.
 */
export function keepInside({ x, y, width, height }, whole) {
  const right = whole.x + whole.width - width;
  const bottom = whole.y + whole.height - height;
  return {
    x: Math.max(whole.x, Math.min(right, x)),
    y: Math.max(whole.y, Math.min(bottom, y)),
    width,
    height,
  };
}
