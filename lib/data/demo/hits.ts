/**
 * Finds which panels every column of a picture meets.
 *
 * @module
 */
import { type Panel, toCamera, type View } from "./panel.ts";

/** Nearer than this nothing is drawn, in metres. */
const NEAR_METERS = 0.4;

/** Where the ray of a column meets a panel. */
export interface Hit {
  panel: Panel;
  /** Along the camera's direction, in metres. */
  depth: number;
  /** From the panel's left edge, in metres. */
  along: number;
  /** Metres along the panel that the column covers. */
  footprint: number;
}

/** The hits of every column, near to far. */
export function listHits(panels: readonly Panel[], view: View): Hit[][] {
  const hits: Hit[][] = Array.from({ length: view.width }, () => []);
  for (const panel of panels) addHits(hits, panel, view);
  for (const column of hits) column.sort((a, b) => a.depth - b.depth);
  return hits;
}

function addHits(hits: Hit[][], panel: Panel, view: View): void {
  const { focalPixels, width } = view;
  const left = toCamera(view, panel.leftX, panel.leftY);
  const right = toCamera(view, panel.rightX, panel.rightY);
  const columnOf = (end: typeof left): number | null =>
    end.depth < NEAR_METERS
      ? null
      : end.right / end.depth * focalPixels + width / 2;
  const first = Math.max(0, Math.ceil((columnOf(left) ?? 0) - 0.5));
  const last = Math.min(
    width - 1,
    Math.floor((columnOf(right) ?? width) - 0.5),
  );
  const runDepth = right.depth - left.depth;
  const runRight = right.right - left.right;
  for (let column = first; column <= last; column++) {
    const slope = (column + 0.5 - width / 2) / focalPixels;
    const across = runRight - slope * runDepth;
    const share = (slope * left.depth - left.right) / across;
    const depth = left.depth + share * runDepth;
    if (!(share >= 0 && share <= 1 && depth > NEAR_METERS)) continue;
    hits[column]!.push({
      panel,
      depth,
      along: share * panel.widthMeters,
      footprint: panel.widthMeters * Math.abs(depth / across) / focalPixels,
    });
  }
}
