/** `deno task extract`: descriptors of any images to HDF5 or .npy. */
import { extractDescriptors } from "../mod.ts";
import { COMPAT_FLAGS, takeProfile } from "./_compat.ts";
import {
  DESCRIBE_FLAGS,
  ENGINE_FLAGS,
  EXTRACT_FLAGS,
  RANDOM_FLAGS,
} from "./_flags.ts";
import { IMAGE_FLAGS } from "./_flags_dataset.ts";
import {
  CENTROID_FLAGS,
  CHECKPOINT_FLAGS,
  listCentroidConflicts,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import { listOnnxConflicts, ONNX_FLAGS } from "./_flags_onnx.ts";
import { WHITENING_FLAGS } from "./_flags_whiten.ts";
import { takeHead } from "./_prepare.ts";
import { prepareDescriber } from "./_prepare_describer.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "extract",
  description:
    "Writes one descriptor for each image of a folder or list: HDF5 (dataset `descriptors`) or NumPy's .npy, [N, F]; or HDF5 as hloc has it.",
  groups: {
    extract: EXTRACT_FLAGS,
    compat: COMPAT_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    onnx: ONNX_FLAGS,
    whitening: WHITENING_FLAGS,
    centroids: CENTROID_FLAGS,
    describe: DESCRIBE_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    ({ centroids, ...options }) =>
      listCentroidConflicts({ ...options, cluster: centroids }),
    ({ onnx, model, checkpoint, centroids }) =>
      listOnnxConflicts(onnx, [model, checkpoint, centroids]),
  ],
}, async (given) => {
  const run = await takeProfile(given);
  const { centroids } = run.options.centroids;
  await using prepared = await prepareDescriber(
    run,
    (own) => takeHead(own.model, centroids),
  );
  const { model, images, onnx } = prepared;
  const { images: source = "", output = "", layout } = run.options.extract;
  const extraction = await run.show(extractDescriptors(model, {
    images: source,
    output,
    ...(layout && { layout }),
    readImages: images,
    describe: run.options.describe,
  }));
  const { numImages, descriptorLength, names } = extraction;
  run.say(`${numImages} descriptors of ${descriptorLength} values: ${output}`);
  run.say(
    names === output
      ? "each is under the name of its image"
      : `names of the images: ${names}`,
  );
  return {
    ...extraction,
    engine: model.engine.name,
    ...(onnx && { onnx }),
    ...run.measure(),
  };
});
