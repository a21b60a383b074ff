/**
 * What a comparison of aggregation layers leaves in its folder.
 *
 * @module
 */
import {
  type CompatOptions,
  createRunFolder,
  type DatasetOptions,
  type DescribeOptions,
  FLOOR,
  type PlaceDataset,
  plotRank,
  type Ranking,
  type RankOptions,
  type RankProtocol,
  type RankRow,
  type RankSeries,
  resolveDatasetOptions,
  resolveDescribeOptions,
  resolveEvaluateOptions,
  resolveImageOptions,
  resolveRankOptions,
  type RunOptions,
  writeRanking,
  writeRunFlags,
} from "../mod.ts";
import type { Measures } from "./_phase_times.ts";
import type { Prepared } from "./_prepare.ts";
import type { GivenOptions } from "./_spec.ts";
import { readVersions } from "./_versions.ts";

/** Options of a comparison besides those of the model. */
interface RankGroups {
  compat: CompatOptions;
  dataset: DatasetOptions;
  rank: RankOptions;
  evaluate: RankProtocol;
  describe: DescribeOptions;
  run: RunOptions;
}

/** What `--json` prints of a comparison, besides its rows. */
export interface RankSummary extends Measures {
  queries: number;
  database: number;
  output: string;
}

/**
 * Writes table, plot and options of a comparison: into the folder asked for, or a new run folder.
 *
 * @returns What `ranking.json` says besides the rows, and the folder.
 */
export async function writeRankOutput(
  options: GivenOptions<RankGroups>,
  { model, images, engine }: Prepared,
  { ranking, dataset, centroids, measures }: {
    ranking: Ranking;
    dataset: PlaceDataset;
    centroids: string | null;
    measures: Measures;
  },
): Promise<RankSummary> {
  const { name, split, queries, database } = dataset;
  const title = `${model.options.arch}_rank_${name}_${split}`;
  const output = options.rank.output ??
    await createRunFolder(options.run, title, new Date());
  const summary = {
    queries: queries.paths.length,
    database: database.paths.length,
    ...measures,
  };
  const [n = 1] = ranking.recallAt;
  const plot = plotRank(listSeries(ranking), n, findFloor(ranking));
  await writeRanking(output, ranking, { plot, summary });
  await writeRunFlags(output, {
    model: model.options,
    centroids,
    dataset: resolveDatasetOptions(options.dataset),
    images: resolveImageOptions(images),
    rank: resolveRankOptions(options.rank),
    describe: resolveDescribeOptions(options.describe),
    evaluate: resolveEvaluateOptions(options.evaluate),
    compat: options.compat.compat ?? null,
    engine: { name: engine.name, device: engine.device },
    versions: await readVersions(),
  });
  return { ...summary, output };
}

/** What the plot shows: a line for each layer but the floor. */
function listSeries({ rows, recallAt: [n = 1] }: Ranking): RankSeries[] {
  const series = Map.groupBy(
    rows.filter(({ aggregator }) => aggregator !== FLOOR),
    ({ title }) => title,
  );
  return [...series].map(([title, own]) => ({
    title,
    points: own.map(({ bytes, storage, recall }) => ({
      bytes,
      storage,
      recall: recall.get(n)!,
    })),
  }));
}

/** The floor: the whole colour histogram. */
function findFloor(
  { rows, recallAt: [n = 1] }: Ranking,
): { title: string; recall: number } {
  const floor = rows.find(({ aggregator }) => aggregator === FLOOR) as RankRow;
  return { title: floor.title, recall: floor.recall.get(n)! };
}
