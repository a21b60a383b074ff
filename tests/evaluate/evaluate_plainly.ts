import type { PlaceDataset } from "../../lib/data/dataset.ts";
import type { Model } from "../../lib/model/model.ts";
import { searchExactReference } from "../../lib/search/exact_reference.ts";
import { describeOneByOne } from "../model/describe_one_by_one.ts";

/** Predictions and recall the plain way: every image by itself, every distance, in double precision. */
export async function evaluatePlainly(
  model: Model,
  dataset: PlaceDataset,
  recallAt: readonly number[],
): Promise<{ indices: number[][]; recall: [number, number][] }> {
  const { database, queries, ownDatabaseIndex, positiveRadius } = dataset;
  const F = model.descriptorLength;
  const split = (rows: Float32Array): Float32Array[] =>
    Array.from(
      { length: rows.length / F },
      (_, i) => rows.subarray(i * F, (i + 1) * F),
    );
  const databaseRows = split(await describeOneByOne(model, database.paths));
  const queryRows = split(await describeOneByOne(model, queries.paths));
  const indices = queryRows.map((row, query) =>
    searchExactReference(databaseRows, row, ownDatabaseIndex?.[query])
      .map(({ index }) => index)
  );
  const isNear = (query: number, index: number): boolean =>
    Math.hypot(
      queries.eastMeters[query]! - database.eastMeters[index]!,
      queries.northMeters[query]! - database.northMeters[index]!,
    ) <= positiveRadius;
  const recall = recallAt.map((n): [number, number] => [
    n,
    indices.filter((found, query) =>
      found.slice(0, n).some((index) => isNear(query, index))
    ).length / queryRows.length,
  ]);
  return { indices, recall };
}
