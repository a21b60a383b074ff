import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import { findWithinRadius } from "../../lib/data/radius.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import { stateProtocol } from "../../lib/evaluate/protocols.ts";
import {
  countWithoutPositives,
  rankFirstCorrect,
  recallAtN,
} from "../../lib/evaluate/recall.ts";
import type { ReportContent } from "../../lib/report/write_report.ts";

/** An image on a road that goes east. */
export type RoadImage = readonly [path: string, eastMeters: number];

/** What an evaluation is made by hand from. */
export interface RoadSearch {
  queries: readonly RoadImage[];
  database: readonly RoadImage[];
  /** Database indices of each query, nearest first, all of one length; -1 where there is none. */
  predictions: readonly (readonly number[])[];
  recallAt?: readonly number[];
  dataset?: Partial<PlaceDataset>;
}

function placeOnRoad(images: readonly RoadImage[]): PlaceImages {
  return {
    paths: images.map(([path]) => path),
    eastMeters: Float64Array.from(images, ([, east]) => east),
    northMeters: new Float64Array(images.length).fill(7),
  };
}

/** An evaluation by hand: the descriptor of rank r lies r·0.25 from that of its query. */
export function makeEvaluation(search: RoadSearch): Evaluation {
  const { predictions: found, recallAt = [1] } = search;
  const dataset: PlaceDataset = {
    name: "road",
    split: "test",
    queries: placeOnRoad(search.queries),
    database: placeOnRoad(search.database),
    positiveRadius: 25,
    potentialPositiveRing: [0, 10],
    unit: "meters",
    ...search.dataset,
  };
  const { queries, database, positiveRadius, ownDatabaseIndex } = dataset;
  const count = found[0]!.length;
  const indices = Int32Array.from(found.flat());
  const distancesSquared = Float64Array.from(
    indices,
    (index, at) => index < 0 ? Infinity : ((at % count + 1) * 0.25) ** 2,
  );
  const predictions = { count, indices, distancesSquared };
  const positives = findWithinRadius(queries, database, positiveRadius, {
    ...(ownDatabaseIndex && { leaveOut: ownDatabaseIndex }),
  });
  return {
    dataset,
    predictions,
    positives,
    protocol: stateProtocol({ denominator: "all", suppress: "none" }, dataset),
    numCounted: queries.paths.length,
    recall: recallAtN(predictions, positives, recallAt),
    firstCorrect: rankFirstCorrect(predictions, positives),
    queriesWithoutPositives: countWithoutPositives(positives),
  };
}

/** What a report says of an evaluation, without training. */
export function makeContent(evaluation: Evaluation): ReportContent {
  return {
    title: "model on road, split test",
    facts: ["made by hand"],
    evaluation,
    results: [{
      title: "model",
      recall: Object.fromEntries(evaluation.recall),
    }],
    options: { evaluate: { recallAt: [1] }, compat: null },
    engine: { name: "wasm", device: "1 thread" },
    versions: { Deno: "2.9.6" },
    seconds: { total: 1.5 },
  };
}
