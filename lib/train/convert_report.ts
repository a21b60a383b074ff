/**
 * What became of everything that a conversion read.
 *
 * @module
 */
import { describeNetwork } from "../model/architectures.ts";
import type { Network } from "../model/network.ts";
import type { ModelOptions } from "../model/options.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";
import type { SettledModel } from "./convert_model.ts";
import type { TargetFormat } from "./convert_options.ts";
import type { LeftOut, WeightsSource } from "./convert_source.ts";
import type { WrittenTarget } from "./convert_target.ts";
import { numberTrained } from "./torch_optimizer.ts";

/** Where a tensor went. */
export interface MappedTensor {
  /** Its name in the source. */
  from: string;
  /** Its name in the target. */
  to: string;
  /** Its sizes in the target. */
  shape: number[];
}

/** Every tensor that was written, parameters first, in the order of the state dict. */
export function listMapped(
  source: WeightsSource,
  { parameters }: SettledModel,
  target: WrittenTarget,
): MappedTensor[] {
  const mapped = [...parameters].flatMap(([name, { shape }]) => {
    const to = target.nameParameter(name);
    if (to === undefined) return [];
    return [{ from: source.weights.fileNames.get(name)!, to, shape }];
  });
  return [...mapped, ...listOptimizer(source, parameters, target)];
}

function listOptimizer(
  { checkpoint, extras, weights }: WeightsSource,
  parameters: SettledModel["parameters"],
  { optimizer: written }: WrittenTarget,
): MappedTensor[] {
  if (checkpoint === undefined || written === undefined) return [];
  const { optimizer } = checkpoint;
  const torch = extras?.optimizer;
  const isTheirs = weights.format === "torch";
  const numbers = numberTrained({
    optimizer,
    parameters,
    ...(torch && { extras: torch }),
  });
  return [...numbers].flatMap(([name, number]) => {
    const isThere = (!isTheirs || torch!.remembered.includes(number)) &&
      (written === "ours" || written.state.has(number));
    if (!isThere) return [];
    return listBuffers(optimizer, name).map(({ buffer, shape }) => {
      const own = `optimizer.${buffer}.${name}`;
      const theirs = `optimizer.state.${number}.${buffer}`;
      const from = isTheirs ? theirs : own;
      return { from, to: written === "ours" ? own : theirs, shape };
    });
  });
}

/** What an optimizer remembers of a parameter: `exp_avg` of `exp_avg.pool.centroids`. */
function listBuffers(
  optimizer: NamedTensors,
  name: string,
): { buffer: string; shape: number[] }[] {
  return [...optimizer]
    .filter(([key]) => key.endsWith(`.${name}`))
    .map(([key, { shape }]) => ({
      buffer: key.slice(0, -name.length - 1),
      shape,
    }));
}

/** Everything that was not written, and why. */
export function listLeftOut(
  source: WeightsSource,
  model: SettledModel,
  format: TargetFormat,
  target: WrittenTarget,
): LeftOut[] {
  return [
    ...source.leftOut,
    ...listTensors(source, model),
    ...listUnused(source, model, target),
    ...(format === "checkpoint" || format === "stateDict"
      ? listUsage(source, model)
      : []),
    ...listState(source, format, target),
  ];
}

function listTensors(
  { weights }: WeightsSource,
  { options: { arch, pooling }, extra }: SettledModel,
): LeftOut[] {
  const tensors = [
    ...weights.others.filter(({ name }) => !name.startsWith("optimizer.")),
    ...[...extra].map(([name, { shape }]) => ({
      name: weights.fileNames.get(name)!,
      shape,
    })),
  ];
  const unknown = `${arch}${
    pooling ? ` with ${pooling}` : ""
  } has no such parameter`;
  return tensors.map(({ name, shape }) => {
    const known = UNUSED.find(([pattern]) => pattern.test(name));
    return { name, shape, reason: known?.[1] ?? unknown };
  });
}

/** Parameters that the target has no use for. */
function listUnused(
  { weights }: WeightsSource,
  { parameters }: SettledModel,
  { nameParameter }: WrittenTarget,
): LeftOut[] {
  const reason = "only training needs it";
  return [...parameters].flatMap(([name, { shape }]) =>
    nameParameter(name) === undefined
      ? [{ name: weights.fileNames.get(name)!, shape, reason }]
      : []
  );
}

/** Parameters of other programs that no describer needs. */
const UNUSED: readonly (readonly [RegExp, string])[] = [
  [/^(classifier|fc)\./, "a describer has no classifier"],
  [/\.num_batches_tracked$/, "it counts batches, and nothing needs it"],
];

/** How an encoder is used, where that is not as torchvision has it, and NetVLAD, where that is not as PyTorch's. */
function listUsage(
  { weights }: WeightsSource,
  { network, options, parameters }: SettledModel,
): LeftOut[] {
  const usual = describeNetwork(options.arch!, options);
  const show = ({ layers, normalization }: typeof usual): string[] => [
    JSON.stringify(normalization),
    JSON.stringify(layers.filter((layer) => layer.kind === "maxPool")),
  ];
  const [normalization, pools] = show(network);
  const [usualNormalization, usualPools] = show(usual);
  const reason = "PyTorch keeps it in its code: it is not torchvision's here";
  const { vladOrder, vladNorm } = options;
  const isWhitened = parameters.has("WPCA.0.weight"); // its columns are put in order
  return [
    ...(usesPublishedStrides(usual, options)
      ? []
      : [{ name: "layer3Stride", reason: `${reason}, but 1` }]),
    ...(options.lastRelu
      ? [{ name: "lastRelu", reason: `${reason}, but true` }]
      : []),
    ...(options.poolNorm === "before"
      ? [{ name: "poolNorm", reason: `${reason}, but before` }]
      : []),
    ...(vladOrder === "channel-major" && !isWhitened
      ? [{ name: "vladOrder", reason: "PyTorch has cluster-major only" }]
      : []),
    ...(vladNorm === "smoothed"
      ? [{ name: "vladNorm", reason: "PyTorch has clamped only" }]
      : []),
    ...(normalization === usualNormalization ? [] : [{
      name: "normalization",
      reason: `${reason}, but ${JSON.stringify(weights.normalization)}`,
    }]),
    ...(pools === usualPools ? [] : [{
      name: "poolCeilMode",
      reason: `${reason}, but ${weights.poolCeilMode}`,
    }]),
  ];
}

/** Whether a network has the strides that are published, not those of CGD. */
function usesPublishedStrides(
  { layers }: Network,
  { arch, widthDivisor, lastLayer, lastRelu }: Partial<ModelOptions>,
): boolean {
  const published = describeNetwork(arch!, {
    ...(widthDivisor && { widthDivisor }),
    ...(lastLayer && { lastLayer }),
    ...(lastRelu && { lastRelu }),
  });
  return JSON.stringify(layers) === JSON.stringify(published.layers);
}

/** What is known of the training. */
function listState(
  { checkpoint }: WeightsSource,
  format: TargetFormat,
  { optimizer }: WrittenTarget,
): LeftOut[] {
  if (checkpoint === undefined || format === "safetensors") return [];
  const { state } = checkpoint;
  const hasOptimizer = checkpoint.optimizer.size > 0;
  if (format !== "checkpoint") {
    const reason = format === "onnx"
      ? "an ONNX model does not train"
      : "a state dict is parameters alone: .pth.tar has more";
    const names = ["epoch", "best_score", "recalls"];
    return [...names, ...(hasOptimizer ? ["optimizer"] : [])]
      .map((name) => ({ name, reason }));
  }
  const reason = "pytorch-NetVlad has no place for it";
  const [step = 0] = checkpoint.optimizer.get("step")?.data ?? [];
  const isCounted = optimizer !== "ours" && optimizer?.kind === "adam";
  const lost: [name: string, isLost: boolean][] = [
    ["optimizer.step", step > 0 && optimizer !== undefined && !isCounted],
    ["state.cachedNegatives", Object.keys(state.cachedNegatives).length > 0],
    ["state.history", state.history.length > 1],
    ["state.evaluationsSinceBest", state.evaluationsSinceBest > 0],
  ];
  return [
    ...(hasOptimizer && optimizer === undefined
      ? [{
        name: "optimizer",
        reason:
          "its momentum and weight decay are in the flags.json of its run: give the run folder",
      }]
      : []),
    ...lost.flatMap(([name, isLost]) => isLost ? [{ name, reason }] : []),
  ];
}
