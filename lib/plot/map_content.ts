/**
 * What is on a map, and where.
 *
 * @module
 */

/** A position, in metres, frames or classes. */
export interface MapPosition {
  /** To the right; the frame where a dataset counts frames, the class where it has classes. */
  eastMeters: number;
  /** Up. */
  northMeters: number;
}

/** What a point or a line stands for. */
export type MapKind =
  | "database"
  | "query"
  | "right"
  | "wrong"
  | "positive"
  | "negative"
  | "prediction";

/** An image at its position. `right` and `wrong` are queries by their first prediction. */
export interface MapPoint extends MapPosition {
  /** Its colour and shape. */
  kind: MapKind;
  /** Shown when the pointer rests on it. */
  title?: string;
  /** Row of the query: its mark gets `data-query`. */
  query?: number;
}

/** A line from a query to a database image, such as its prediction. */
export interface MapLine {
  /** Of the query. */
  from: MapPosition;
  /** Of the database image. */
  to: MapPosition;
  /** Its colour; wrong and negative ones are dashed. */
  kind: MapKind;
}

/** What is on a map. What has no finite position is left out. */
export interface MapContent {
  /** Images, in any order. */
  points: readonly MapPoint[];
  /** Below the images; none if left out. */
  lines?: readonly MapLine[];
  /** What positions are counted in. All but metres are drawn as two rows, database and queries. */
  unit: "meters" | "frames" | "classes" | "lists";
}

/** Kinds that are queries, for rows. */
const QUERY_KINDS: readonly MapKind[] = ["query", "right", "wrong"];

/** Between the rows, as a share of the width of the map. */
const ROW_DISTANCE = 0.12;

/** What can be drawn, where it is drawn. */
export function layOut({ points, lines = [], unit }: MapContent): {
  points: readonly MapPoint[];
  lines: readonly MapLine[];
} {
  const placed = {
    points: points.filter(isOnMap),
    lines: lines.filter(({ from, to }) => isOnMap(from) && isOnMap(to)),
  };
  return unit === "meters" ? placed : layInRows(placed);
}

/** Whether a position can be drawn. */
function isOnMap({ eastMeters, northMeters }: MapPosition): boolean {
  return Number.isFinite(eastMeters) && Number.isFinite(northMeters);
}

/** Puts the database into a row above the queries. */
function layInRows(
  { points, lines }: Required<Pick<MapContent, "points" | "lines">>,
): { points: MapPoint[]; lines: MapLine[] } {
  let [low, high] = [Infinity, -Infinity];
  for (const { eastMeters } of points) {
    low = Math.min(low, eastMeters);
    high = Math.max(high, eastMeters);
  }
  const up = ROW_DISTANCE * Math.max(high - low, 10);
  return {
    points: points.map((point) => ({
      ...point,
      northMeters: QUERY_KINDS.includes(point.kind) ? 0 : up,
    })),
    lines: lines.map(({ from, to, kind }) => ({
      from: { ...from, northMeters: 0 },
      to: { ...to, northMeters: up },
      kind,
    })),
  };
}
