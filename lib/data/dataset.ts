/**
 * What every dataset is turned into, and what the rest of the project knows of it.
 *
 * @module
 */

import type { Neighbors } from "./radius.ts";

/** Images with positions, column by column: image i has `paths[i]`, `eastMeters[i]`, `northMeters[i]`. */
export interface PlaceImages {
  /** Paths that can be opened as they are. */
  paths: readonly string[];
  /** UTM east of each image in metres, float64; its frame number where a dataset counts frames, its class where it has classes. */
  eastMeters: Float64Array;
  /** UTM north of each image in metres, float64; 0 where a dataset counts frames or has classes. */
  northMeters: Float64Array;
  /** Where each looks, in degrees clockwise from north, NaN where that is not known; left out where it is known of none. */
  headingDegrees?: Float64Array;
  /** The part of each image that counts, such as the building of a query; null for the whole, left out where it is the whole of all. */
  boxes?: readonly (ImageBox | null)[];
}

/** A part of an image, in pixels from its upper left corner; fractions are rounded to whole pixels, half to even. */
export interface ImageBox {
  /** Left edge. */
  left: number;
  /** Upper edge. */
  top: number;
  /** Right edge, not included. */
  right: number;
  /** Lower edge, not included. */
  bottom: number;
}

/** What is right by a list, not by positions. */
export interface ListedTruth {
  /** Database indices that are right, for each query. */
  positives: Neighbors;
  /** Database indices that are neither right nor wrong: as if they were not in the database. */
  ignored: Neighbors;
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
  /** What distances between positions are counted in; images of different classes are 1 or more apart; `lists` where positions say nothing. */
  unit: "meters" | "frames" | "classes" | "lists";
  /**
   * Where a query is itself in the database (leave-one-out): the database index
   * to leave out of its positives and predictions, -1 for none, `[Q]`.
   */
  ownDatabaseIndex?: Int32Array;
  /** What is right, where the unit is `lists`. */
  truth?: ListedTruth;
  /** The same by other lists, by name: `easy`, `medium` and `hard` of the revisited Oxford and Paris. */
  grades?: ReadonlyMap<string, ListedTruth>;
}
