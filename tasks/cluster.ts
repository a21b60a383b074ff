/** `deno task cluster`: local descriptors of the training database to centroids of NetVLAD. */
import { COMPAT_FLAGS, takeProfile } from "./_compat.ts";
import { prepareHead, prepareModel } from "./_prepare.ts";
import { ENGINE_FLAGS, RANDOM_FLAGS } from "./_flags.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "./_flags_dataset.ts";
import { CLUSTER_FLAGS, MODEL_FLAGS } from "./_flags_model.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "cluster",
  description:
    "Clusters local descriptors of the training split's database into the centroids that NetVLAD starts from.",
  groups: {
    compat: COMPAT_FLAGS,
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    cluster: CLUSTER_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    ({ model }) =>
      model.pooling === undefined || model.pooling === "netvlad"
        ? []
        : [`--pooling ${model.pooling} has no centroids to cluster`],
  ],
}, async (given) => {
  const run = await takeProfile(given);
  const options = { ...run.options, checkpoint: {} };
  await using prepared = await prepareModel({ ...run, options }, null);
  const centroids = await prepareHead(run, prepared);
  const { numClusters } = prepared.model.options;
  run.say(
    `${numClusters} centroids of ${prepared.model.localLength} values: ${centroids}`,
  );
  return { centroids, numClusters, ...run.measure() };
});
