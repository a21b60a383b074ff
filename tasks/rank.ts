/** `deno task rank`: every aggregation layer on the same features, for its bytes. */
import { listRanking, rankAggregators } from "../mod.ts";
import { COMPAT_FLAGS, takeProfile } from "./_compat.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
  PROTOCOL_FLAGS,
  RANDOM_FLAGS,
  RUN_FLAGS,
} from "./_flags.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "./_flags_dataset.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  listCentroidConflicts,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import { RANK_FLAGS } from "./_flags_rank.ts";
import {
  noteRandomWeights,
  prepareDataset,
  prepareHead,
  prepareModel,
} from "./_prepare.ts";
import { writeRankOutput } from "./_rank_output.ts";
import { formatRanking } from "./_rank_table.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "rank",
  description:
    "Compares every aggregation layer without parameters, and NetVLAD, on a split: one pass of the encoder, then recall for the bytes of a descriptor, whole or projected by PCA, in three kinds of numbers.",
  groups: {
    compat: COMPAT_FLAGS,
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    cluster: CLUSTER_FLAGS,
    rank: RANK_FLAGS,
    evaluate: PROTOCOL_FLAGS,
    describe: DESCRIBE_FLAGS,
    run: RUN_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    listCentroidConflicts,
    ({ model: { pooling = "netvlad" } }) =>
      pooling === "netvlad" ? [] : [
        `--pooling ${pooling} is one of those that are compared: leave it out`,
      ],
  ],
}, async (given) => {
  const run = await takeProfile(given);
  const { options } = run;
  const dataset = await prepareDataset(run);
  await using prepared = await prepareModel(run, null);
  noteRandomWeights(run);
  const { model, images, earlier } = prepared;
  const centroids = earlier ? undefined : await prepareHead(run, prepared);
  const ranking = await run.show(rankAggregators(model, dataset, {
    ...options.rank,
    images,
    describe: options.describe,
    evaluate: options.evaluate,
  }));
  const kept = await writeRankOutput(options, prepared, {
    ranking,
    dataset,
    centroids: centroids ?? null,
    measures: run.measure(),
  });
  for (const line of formatRanking(ranking)) run.say(line);
  run.say(`table and plot: ${kept.output}`);
  return { ...kept, ranking: listRanking(ranking) };
});
