/**
 * What a report shows, as data: it is embedded in the page as JSON, and read back from there.
 *
 * @module
 */

/** A report. */
export interface ReportData {
  /** What was evaluated, such as `alexnet_netvlad on demo, split test`. */
  title: string;
  /** Facts for people, a line each. */
  facts: readonly string[];
  /** What was searched. */
  dataset: ReportDataset;
  /** Results side by side; the gallery and the map are of the last. */
  results: readonly ReportResult[];
  /** Epochs of the training, if there was one. */
  training: readonly ReportEpoch[];
  /** Queries, and what was found for them. */
  gallery: ReportGallery;
  /** Resolved options, group by group. */
  options: Readonly<Record<string, unknown>>;
  /** What computed. */
  engine: { name: string; device: string };
  /** Versions by program, such as `Deno`. */
  versions: Readonly<Record<string, string>>;
  /** Seconds by phase. */
  seconds: Readonly<Record<string, number>>;
}

/** The split that was evaluated. */
export interface ReportDataset {
  /** Such as `pittsburgh`. */
  name: string;
  /** Such as `val`; `all` where there are none. */
  split: string;
  /** Queries, Q. */
  numQueries: number;
  /** Database images, with those that are not in the gallery. */
  numDatabase: number;
  /** Queries that nothing in the database is right for. */
  queriesWithoutPositives: number;
  /** Queries that recall is a fraction of; those without a positive count as missed if they are among them. */
  countedQueries: number;
  /** What recall is of, in words: `all queries, 25 m`. */
  protocol: string;
  /** Evaluation radius, in `unit`. */
  positiveRadius: number;
  /** What distances between positions are counted in. */
  unit: "meters" | "frames" | "classes" | "lists";
}

/** Whether there are distances between positions, which a map can show. */
export function hasDistances({ unit }: Pick<ReportDataset, "unit">): boolean {
  return unit === "meters" || unit === "frames";
}

/** Recall@N of one model. */
export interface ReportResult {
  /** Name of the model, or of the epoch. */
  title: string;
  /** By N, ascending. */
  recall: readonly ReportRecall[];
}

/** A Recall@N and its 95 % confidence interval, fractions in [0, 1]. */
export interface ReportRecall {
  /** How many predictions are looked at. */
  n: number;
  /** Fraction of the queries. */
  value: number;
  /** Lower end of the interval. */
  low: number;
  /** Upper end of the interval. */
  high: number;
}

/** An epoch of a training. */
export interface ReportEpoch {
  /** From 1; 0 is before training. */
  epoch: number;
  /** Mean loss; null before training. */
  loss: number | null;
  /** Of the optimizer; 0 before training. */
  learningRate: number;
  /** Recall@N of the validation split by N; null where it was not evaluated. */
  recall: Readonly<Record<string, number>> | null;
}

/** Queries and their first predictions, in columns: 10 000 queries have to fit. */
export interface ReportGallery {
  /** Predictions of each query, R. */
  count: number;
  /** Of the queries, Q. */
  queries: ReportImages;
  /** Of the database images that are shown anywhere in the gallery, M. */
  database: ReportImages;
  /** Rows of `database`, nearest first, `[Q·R]`; -1 where there is none. */
  predictions: readonly number[];
  /** L2 distance of the descriptors, `[Q·R]`; NaN, null in the page, where it is not known. */
  distances: readonly number[];
  /** Distance of the positions in the unit of the dataset, `[Q·R]`; 0 for the same class. */
  positionDistances: readonly number[];
  /** `1` for right and `0` for wrong, `[Q·R]`. */
  correct: string;
  /** Rank, from 1, of the first right one among all that were searched; 0 if there is none, `[Q]`. */
  firstCorrect: readonly number[];
  /** Database images within the evaluation radius, `[Q]`. */
  numPositives: readonly number[];
  /** Row of `database` of the first positive that was found, else of the nearest by position, `[Q]`; -1 where there is none. */
  bestPositive: readonly number[];
}

/** Images by row. */
export interface ReportImages {
  /** Path relative to the folder of the report, with `/`; not URL-encoded. */
  paths: readonly string[];
  /** JPEG in base64, without a prefix; null where the page loads the image from `paths`. */
  thumbnails: readonly (string | null)[];
  /** Metres (or frames) east of the smallest, one decimal; the class where there are classes. */
  eastMeters: readonly number[];
  /** As `eastMeters`, to the north; 0 for frames and classes. */
  northMeters: readonly number[];
}
