/** `deno task whiten`: database images to a whitening of descriptors, kept with the model. */
import { dirname } from "node:path";
import { COMPAT_FLAGS, takeProfile } from "./_compat.ts";
import { DESCRIBE_FLAGS, ENGINE_FLAGS, RANDOM_FLAGS } from "./_flags.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "./_flags_dataset.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  listCentroidConflicts,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import { listOnnxConflicts, ONNX_FLAGS } from "./_flags_onnx.ts";
import { WHITEN_FLAGS, WHITENED_FLAGS } from "./_flags_whiten.ts";
import { prepareHead } from "./_prepare.ts";
import { prepareDescriber } from "./_prepare_describer.ts";
import { runTask } from "./_run.ts";
import { fitWhitening, nameWhitenedFile, suggestUse } from "./_whiten.ts";

await runTask({
  name: "whiten",
  description:
    "Fits a PCA whitening to descriptors of the training split's database, and writes the model with it: a weights file, or the whitening alone for an ONNX file.",
  groups: {
    whiten: WHITEN_FLAGS,
    written: WHITENED_FLAGS,
    compat: COMPAT_FLAGS,
    dataset: DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    checkpoint: CHECKPOINT_FLAGS,
    onnx: ONNX_FLAGS,
    cluster: CLUSTER_FLAGS,
    describe: DESCRIBE_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
  checks: [
    listCentroidConflicts,
    ({ onnx, model, checkpoint, cluster }) =>
      listOnnxConflicts(onnx, [model, checkpoint, cluster]),
  ],
}, async (given) => {
  const run = await takeProfile(given);
  const options = { ...run.options, whitening: {} };
  await using prepared = await prepareDescriber(
    { ...run, options },
    async (own) => own.earlier ? undefined : await prepareHead(run, own),
  );
  const output = run.options.written.output ??
    nameWhitenedFile(run.options, prepared);
  const { numImages, keptVariance } = await fitWhitening(run, prepared, {
    cachePath: dirname(output),
    output,
  });
  const { descriptorLength, engine } = prepared.model;
  const share = `${(100 * keptVariance).toFixed(1)} % of their variance`;
  run.say(`${descriptorLength} components of ${numImages} images: ${share}`);
  run.say(`written: ${output}`);
  run.say(`use it:  ${suggestUse(output, prepared)}`);
  return {
    output,
    images: numImages,
    descriptor: descriptorLength,
    keptVariance,
    engine: engine.name,
    ...run.measure(),
  };
});
