/** `deno task convert INPUT OUTPUT`: weights from one kind of file to another. */
import { type Conversion, convertWeights, type WeightsFormat } from "../mod.ts";
import { CHOSEN_FLAGS, STATED_FLAGS } from "./_flags_convert.ts";
import { runTask } from "./_run.ts";

const FORMAT_NAMES: Record<WeightsFormat, string> = {
  torch: "PyTorch",
  safetensors: "safetensors",
  keras: "Keras",
  patchNetVlad: "Patch-NetVLAD",
  openIbl: "OpenIBL",
  dvgl: "deep-visual-geo-localization-benchmark",
  matConvNet: "MatConvNet",
};

await runTask({
  name: "convert",
  description:
    "Converts weights, or a checkpoint with its optimizer and results. INPUT is a .pth or .pth.tar of torchvision, pytorch-NetVlad, Patch-NetVLAD, OpenIBL or deep-visual-geo-localization-benchmark, a .mat of MatConvNet or of Relja's NetVLAD, safetensors, the Keras SqueezeNet .h5, or a run folder of this project or of pytorch-NetVlad. OUTPUT ends in .safetensors, .pth.tar (a checkpoint of pytorch-NetVlad), .pth (its state dict alone) or .onnx (images to descriptors). Prints where each tensor went, and what was left out.",
  positionals: ["INPUT", "OUTPUT"],
  groups: { model: STATED_FLAGS, checkpoint: CHOSEN_FLAGS },
}, async (run) => {
  const [input = "", output = ""] = run.positionals;
  const { model, checkpoint } = run.options;
  const conversion = await convertWeights(input, output, {
    ...model,
    ...checkpoint,
  });
  for (const line of formatConversion(conversion)) run.say(line);
  return conversion;
});

function* formatConversion(
  { input, inputFormat, output, model, epoch, mapped, leftOut }: Conversion,
): Generator<string> {
  const { arch, widthDivisor = 1, pooling, numClusters, vladV2 } = model;
  const facts = [
    FORMAT_NAMES[inputFormat],
    widthDivisor === 1 ? arch : `${arch} with widths/${widthDivisor}`,
    pooling === "netvlad"
      ? `netvlad${vladV2 ? " v2" : ""} of ${numClusters} clusters`
      : pooling ?? "no aggregation layer",
    ...(epoch === undefined ? [] : [`after epoch ${epoch}`]),
  ];
  yield `${input}: ${facts.join(", ")}`;
  for (const { from, to, shape } of mapped) {
    yield `  ${from} -> ${to} ${showShape(shape)}`;
  }
  for (const { name, shape, reason } of leftOut) {
    yield `  left out: ${name}${
      shape ? ` ${showShape(shape)}` : ""
    } (${reason})`;
  }
  yield `${output}: ${mapped.length} tensors`;
}

function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
