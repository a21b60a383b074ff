/**
 * What every dataset is turned into, and what the rest of the project knows of it.
 *
 * @module
 */

/** Images with positions, column by column: image i has `paths[i]`, `eastMeters[i]`, `northMeters[i]`. */
export interface PlaceImages {
  /** Paths that can be opened as they are. */
  paths: readonly string[];
  /** UTM east of each image in metres, float64; the frame number where a dataset counts frames. */
  eastMeters: Float64Array;
  /** UTM north of each image in metres, float64; 0 where a dataset counts frames. */
  northMeters: Float64Array;
}

/** One split of a dataset: images to locate, images searched, and what counts as the same place. */
export interface PlaceDataset {
  /** Short name for files and reports, such as `pittsburgh`. */
  name: string;
  /** Split that this is, such as `val`; `all` where there are none. */
  split: string;
  /** Images searched, M. */
  database: PlaceImages;
  /** Images to locate, Q. */
  queries: PlaceImages;
  /** Evaluation radius, inclusive, in `unit`. */
  positiveRadius: number;
  /** Ring (min, max] of potential positives for training, in `unit`; min 0 is inclusive. */
  potentialPositiveRing: readonly [number, number];
  /** What distances between positions are counted in. */
  unit: "meters" | "frames";
  /**
   * Where a query is itself in the database (leave-one-out): the database index
   * to leave out of its positives and predictions, -1 for none, `[Q]`.
   */
  ownDatabaseIndex?: Int32Array;
}
