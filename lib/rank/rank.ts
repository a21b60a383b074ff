/**
 * The stage *rank*: which aggregation layer finds most places for its bytes.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import type { ImageOptions } from "../data/image/options.ts";
import {
  type DescribeOptions,
  resolveDescribeOptions,
} from "../describe/options.ts";
import { openWorkFolder } from "../describe/work_folder.ts";
import { noteMissing, searchDataset } from "../evaluate/evaluate.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { createJudge } from "../evaluate/judge.ts";
import {
  type EvaluateOptions,
  resolveEvaluateOptions,
} from "../evaluate/options.ts";
import { OptionsError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import {
  drain,
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../progress.ts";
import type { DescriptorRows } from "../search/descriptor_rows.ts";
import { FLOOR, FLOOR_TITLE, listContenders } from "./contenders.ts";
import {
  createContenderDescriptors,
  describeContenders,
} from "./describe_contenders.ts";
import { type RankOptions, resolveRankOptions } from "./options.ts";
import { projectDescriptors, type Projected } from "./project_descriptors.ts";
import {
  croppedRows,
  descriptorBytes,
  type Storage,
  storedRows,
} from "./storage.ts";

/** How to compare: options of the comparison, of reading images, of describing them. */
export interface RankSettings extends Partial<RankOptions> {
  /** How images are read. */
  images?: Partial<ImageOptions>;
  /** How they are described. */
  describe?: Partial<DescribeOptions>;
  /** What is right, and what recall is of. */
  evaluate?: Partial<RankProtocol>;
}

/** What is right, what recall is of, and its N. */
export type RankProtocol = Pick<
  EvaluateOptions,
  "protocol" | "denominator" | "suppress" | "recallAt"
>;

/** Descriptors of one aggregation layer, length and storage, and what they find. */
export interface RankRow {
  /** Short name of the layer, such as `gem`; `histogram` is the floor. */
  aggregator: string;
  /** The same for people. */
  title: string;
  /** Values of a descriptor. */
  length: number;
  /** Whether PCA has made them fewer. */
  isProjected: boolean;
  /** How they are stored. */
  storage: Storage;
  /** Bytes of a descriptor. */
  bytes: number;
  /** Recall@N by N. */
  recall: ReadonlyMap<number, number>;
}

/** A comparison of aggregation layers. */
export interface Ranking {
  /** Of each layer in turn: whole first, then projected, each in every storage. */
  rows: readonly RankRow[];
  /** The N of each Recall@N. */
  recallAt: readonly number[];
}

/** What a comparison reports as it goes. */
export type RankEvent = ProgressEvent | NoteEvent;

/**
 * Compares every aggregation layer without parameters, and NetVLAD, on one split: the
 * encoder runs once for each image, and all layers take its features: NetVLAD before the last
 * ReLU, the others after it (`lastRelu`), each as its paper does.
 *
 * PCA is fitted to the database descriptors of the split itself; no position is used.
 * Descriptors go to disk as they are made: memory does not grow with the number of images.
 *
 * @param model Created with the pooling netvlad and without `trainFrom`; it has its centroids.
 * @param dataset The split.
 * @returns A row for each layer, length and storage; the last layer is the floor, a colour histogram.
 * @throws {OptionsError} If an option is wrong, or the model is not such a one.
 * @throws {DatasetError} If an image cannot be read.
 */
export async function* rankAggregators(
  model: Model,
  dataset: PlaceDataset,
  { images = {}, describe, evaluate, ...given }: RankSettings = {},
): AsyncGenerator<RankEvent, Ranking> {
  const options = resolveRankOptions(given);
  const judged = resolveEvaluateOptions(evaluate);
  const { describeBatch, cachePath } = resolveDescribeOptions(describe);
  checkModel(model);
  const judge = createJudge(dataset, judged); // throws before there is any work
  await using folder = await openWorkFolder(cachePath ?? options.output);
  const contenders = listContenders(model);
  using descriptors = await createContenderDescriptors(
    dataset,
    model,
    contenders,
    folder.path,
  );
  yield* describeContenders(model, dataset, contenders, descriptors, {
    images,
    describeBatch,
  });

  const rows: RankRow[] = [];
  const all = [...contenders, { name: FLOOR, title: FLOOR_TITLE }];
  let missing: Evaluation | undefined;
  for (const [i, { name, title }] of all.entries()) {
    yield progress("compare", i, all.length);
    const whole = descriptors.byName.get(name)!;
    using projected = name === FLOOR
      ? undefined
      : yield* projectDescriptors(model.engine, whole, {
        lengths: options.rankLengths,
        whiten: options.rankWhiten,
        folder: folder.path,
      });
    for (const form of listForms(whole, projected, options.rankStorages)) {
      const { database, queries, ...stated } = form;
      const found = { database, queries };
      const evaluation = await drain(searchDataset(model.engine, found, judge));
      missing ??= evaluation;
      rows.push({
        aggregator: name,
        title,
        ...stated,
        recall: evaluation.recall,
      });
    }
  }
  yield progress("compare", all.length, all.length);
  if (missing) yield* noteMissing(missing);
  yield* noteLengths(options.rankLengths, rows);
  return { rows, recallAt: judged.recallAt };
}

/** Descriptors of both sides. */
interface Sides {
  database: DescriptorRows;
  queries: DescriptorRows;
}

/** Descriptors in one length and storage. */
type Form =
  & Sides
  & Pick<RankRow, "length" | "isProjected" | "storage" | "bytes">;

/** Descriptors as they are, then those of each length that PCA gives, longest first; each in every storage. */
function listForms(
  whole: Sides,
  projected: Projected | undefined,
  storages: readonly Storage[],
): Form[] {
  const cropped = projected?.lengths.map((length) => ({
    database: croppedRows(projected.database, length),
    queries: croppedRows(projected.queries, length),
  })) ?? [];
  return [whole, ...cropped].flatMap((sides) => {
    const { rowLength: length } = sides.database;
    return storages.map((storage) => ({
      database: storedRows(sides.database, storage),
      queries: storedRows(sides.queries, storage),
      length,
      isProjected: sides !== whole,
      storage,
      bytes: descriptorBytes(length, storage),
    }));
  });
}

function checkModel(
  { options: { pooling }, parts, needsCentroids }: Model,
): void {
  const problems = [
    ...(pooling === "netvlad" ? [] : [`its pooling is ${pooling}`]),
    ...(parts.trained.length === 0 ? [] : ["it has layers to train"]),
    ...(needsCentroids ? ["its NetVLAD has no centroids"] : []),
  ];
  if (problems.length === 0) return;
  throw new OptionsError("Cannot compare aggregation layers with this model", {
    where: `argument model: ${problems.join("; ")}`,
    fix:
      "create it with the pooling netvlad, without trainFrom, and set its centroids",
  });
}

/** Says which lengths are missing, and why. */
function* noteLengths(
  lengths: readonly number[],
  rows: readonly RankRow[],
): Generator<NoteEvent, void> {
  const made = new Set(rows.map(({ length }) => length));
  const missing = lengths.filter((length) => !made.has(length));
  if (missing.length === 0) return;
  yield note(
    `no PCA to ${
      missing.join(", ")
    } values: it needs longer descriptors and more database images than that`,
  );
}
