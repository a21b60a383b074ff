/**
 * Golden cases of CGD: its descriptors and logits, losses, gradients and running
 * statistics, and recall among classes.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { describeNetwork } from "../model/architectures.ts";
import { assembleModel } from "../model/assembled_model.ts";
import {
  classifyByCgd,
  describeByCgd,
  measureChannels,
  runningStatistics,
} from "../model/cgd.ts";
import { cutNetwork, weightShapes } from "../model/layers.ts";
import type { Model } from "../model/model.ts";
import type { ArchName, Network } from "../model/network.ts";
import { encodeOnnxModel } from "../model/onnx_model.ts";
import { resolveModelOptions } from "../model/options.ts";
import { fromVariable } from "../model/parameters.ts";
import { readEncoderWeights } from "../model/weights/encoder_weights.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";
import {
  batchHardTriplet,
  type ClassLossOptions,
  smoothedCrossEntropy,
} from "../train/class_loss.ts";
import { computeClassGradients } from "../train/class_step.ts";
import {
  readChannelsFirst,
  takeValues,
  toChannelsLast,
} from "./channel_order.ts";
import { compareClassRecall } from "./check_class_recall.ts";
import type { CaseComparison } from "./comparison.ts";
import { weightsFile } from "./find_network.ts";
import type { GoldenCase } from "./golden_case.ts";

/** Compares everything that the case has of CGD. */
export async function checkCgd(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("labels");
  if (golden.has("recall_self")) {
    return await compareClassRecall(golden, results, engine);
  }
  results.skip("x");
  const model = await startModel(golden, engine);
  const images = toChannelsLast(golden.read("x"));
  try {
    await compareOnnx(results, model, images);
    await compareDescriptors(results, model, images);
    await compareFeatureGradient(golden, results, model, images);
    await compareStep(golden, results, model, images);
  } finally {
    images.dispose();
    await model.dispose();
  }
}

/** The model of a case, trained from its first layer on. */
async function startModel(golden: GoldenCase, engine: Engine): Promise<Model> {
  const weights = golden.pathOf(weightsFile(golden));
  const { tensors, head } = await readEncoderWeights(weights);
  const network = shortenNetwork(golden, tensors);
  return assembleModel({
    options: resolveModelOptions({
      arch: chooseArch(golden),
      widthDivisor: golden.number("div"),
      pooling: `cgd:${golden.text("gd_config")}`,
      cgdLength: golden.number("feature_dim"),
      cgdClasses: golden.number("num_classes"),
    }),
    network,
    parts: cutNetwork(network, "conv1"),
    tensors: new Map([...tensors, ...head]),
    engine,
    hasRandomHead: false,
    ownsEngine: false,
  });
}

/** The network whose kind of blocks the case has. */
function chooseArch(golden: GoldenCase): ArchName {
  return golden.text("block") === "basic" ? "resnet18" : "resnet50";
}

/** A network of the case's blocks, for images that are normalised: some cases leave blocks out. */
function shortenNetwork(
  golden: GoldenCase,
  tensors: NamedTensors,
): Network {
  const network = describeNetwork(chooseArch(golden), {
    widthDivisor: golden.number("div"),
    layer3Stride: 1,
  });
  return {
    ...network,
    layers: network.layers.filter((layer) =>
      [...weightShapes([layer], 0).keys()].every((name) => tensors.has(name))
    ),
    normalization: { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  };
}

/** Descriptors of the whole model as an ONNX graph. */
async function compareOnnx(
  results: CaseComparison,
  model: Model,
  images: tf.Tensor4D,
): Promise<void> {
  const session = await model.engine.createSession(
    await encodeOnnxModel(model),
  );
  const data = await images.data() as Float32Array<ArrayBuffer>;
  const output = await session.run({ images: { data, shape: images.shape } });
  const values = await output.tensor.data();
  results.compare("eval/descriptor", values as Float32Array, "onnx");
  output.dispose();
  await session.dispose();
}

/** Features, and what both readings of the auxiliary head make of them. */
async function compareDescriptors(
  results: CaseComparison,
  model: Model,
  images: tf.Tensor4D,
): Promise<void> {
  const { options, variables, buffers } = model;
  const found = tf.tidy(() => {
    const features = model.encodeTrained(images);
    const { descriptors, pooled } = describeByCgd(features, options, variables);
    const classify = (
      statistics: Parameters<typeof classifyByCgd>[1],
    ): tf.Tensor => classifyByCgd(pooled, statistics, variables);
    return {
      features,
      descriptors,
      evalLogits: classify(runningStatistics(buffers)),
      trainLogits: classify(measureChannels(pooled)),
    };
  });
  results.compare("shared", await readChannelsFirst(found.features));
  const descriptors = await takeValues(found.descriptors);
  results.compare("eval/descriptor", descriptors, "trained");
  results.compare("train/descriptor", descriptors);
  results.compare("eval/logits", await takeValues(found.evalLogits));
  results.compare("train/logits", await takeValues(found.trainLogits));
  found.features.dispose();
}

/** The gradient of the losses in the features, where the last ReLU does not cut it off. */
async function compareFeatureGradient(
  golden: GoldenCase,
  results: CaseComparison,
  model: Model,
  images: tf.Tensor4D,
): Promise<void> {
  const { options, variables } = model;
  const labels = golden.numbers("labels");
  const lossOptions = readLossOptions(golden);
  const gradient = tf.tidy(() => {
    const features = model.encodeTrained(images);
    const slope = tf.grad((x) => {
      const { descriptors, pooled } = describeByCgd(
        x as tf.Tensor4D,
        options,
        variables,
      );
      const statistics = measureChannels(pooled);
      const logits = classifyByCgd(pooled, statistics, variables);
      return tf.add(
        smoothedCrossEntropy(logits, labels, lossOptions),
        batchHardTriplet(descriptors, labels, lossOptions),
      );
    })(features);
    return tf.mul(slope, tf.step(features));
  });
  results.compare("grad_shared", await readChannelsFirst(gradient));
  gradient.dispose();
}

/** A step: losses, gradients of the parameters, and the running statistics after it. */
async function compareStep(
  golden: GoldenCase,
  results: CaseComparison,
  model: Model,
  images: tf.Tensor4D,
): Promise<void> {
  const labels = golden.numbers("labels");
  const { loss, classLoss, tripletLoss, gradients } =
    await computeClassGradients(
      model,
      { features: [images], labels },
      readLossOptions(golden),
    );
  results.compare("losses", [classLoss, tripletLoss, loss]);
  for (const [name, { name: key }] of model.variables) {
    if (!golden.has(`grad/${name}`)) continue;
    const { data } = await fromVariable(name, gradients[key]!);
    results.compare(`grad/${name}`, data);
  }
  tf.dispose(gradients);
  const { mean, variance } = runningStatistics(model.buffers);
  results.compare("aux_bn_running_mean_after", await readValues(mean));
  results.compare("aux_bn_running_var_after", await readValues(variance));
}

function readLossOptions(golden: GoldenCase): ClassLossOptions {
  return {
    temperature: golden.number("temperature"),
    labelSmoothing: golden.number("smoothing"),
    margin: golden.number("margin"),
  };
}

async function readValues(tensor: tf.Tensor): Promise<Float32Array> {
  return await tensor.data() as Float32Array;
}
