/**
 * Golden cases of an encoder: its input, its layers, its output in both readings, its gradients.
 *
 * @module
 */
import { decodeImage } from "../data/image/decode.ts";
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { createModel } from "../model/create_model.ts";
import type { Images, Model } from "../model/model.ts";
import { writeOnnxNetwork } from "../model/onnx_network.ts";
import { fromVariable } from "../model/parameters.ts";
import { runLayers } from "../model/run_layers.ts";
import { readEncoderWeights } from "../model/weights/encoder_weights.ts";
import { readChannelsFirst, toChannelsLast } from "./channel_order.ts";
import { type CaseComparison, EXACT } from "./comparison.ts";
import {
  convolutionFrom,
  countWeights,
  findNetwork,
  type FoundNetwork,
  weightsFile,
} from "./find_network.ts";
import type { GoldenCase } from "./golden_case.ts";
import { leaveOutIfTooLarge } from "./too_large.ts";

/** Compares everything that the case has of an encoder. */
export async function checkEncoder(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("image_u8", "R");
  const found = await findNetwork(golden, weightsFile(golden));
  await compareContainers(golden, results, found);
  const images = await readImages(golden);
  const numPixels = images.pixels.length / 3;
  leaveOutIfTooLarge(engine, numPixels, countWeights(found));
  await compareFrozen(golden, results, { found, images, engine });
  const { arch, widthDivisor, weights, network } = found;
  const model = await createModel(
    { arch, widthDivisor, weights, pooling: "avg" },
    { engine, trainFrom: convolutionFrom(network, 0) },
  );
  try {
    await compareTrained(golden, results, model, images);
  } finally {
    await model.dispose();
  }
}

/** Every file of weights holds the same ones. */
async function compareContainers(
  golden: GoldenCase,
  results: CaseComparison,
  { tensors, weights }: FoundNetwork,
): Promise<void> {
  const others = golden.notes.files.filter((file) =>
    file.endsWith(".pth") && golden.pathOf(file) !== weights
  );
  for (const file of others) {
    const other = await readEncoderWeights(golden.pathOf(file));
    for (const [name, { shape, data }] of tensors) {
      const values = other.tensors.get(name)?.data ?? [];
      const expected = { data, shape, tolerance: EXACT };
      results.compareWith(`${file}/${name}`, values, expected);
    }
  }
}

/** Pixels from the case itself, or from where its notes say that they are. */
async function readImages(golden: GoldenCase): Promise<Images> {
  if (golden.has("image_u8")) return readPixels(golden, "image_u8");
  const notes = golden.notes.notes.join("\n");
  const [, place, name] = notes.match(/(\S+)\.h5 dataset (\w+)/) ?? [];
  if (place !== undefined) {
    using other = await golden.open(place);
    return readPixels(other, name!);
  }
  const [jpeg] = golden.notes.description.match(/\S+\.jpe?g/) ?? [];
  if (jpeg === undefined) throw golden.fail("it does not say which images");
  const path = golden.pathOf(`../${jpeg}`);
  return decodeImage(await Deno.readFile(path), path);
}

/** Pixels `[N, H, W, 3]` or `[H, W, 3]`. */
function readPixels(golden: GoldenCase, name: string): Images {
  const { shape, data } = golden.read(name);
  const [height, width] = shape.slice(-3) as [number, number];
  return { pixels: Uint8Array.from(data), height, width };
}

/** How a case is run. */
interface EncoderRun {
  found: FoundNetwork;
  images: Images;
  engine: Engine;
}

/** What ONNX Runtime makes of the images: after some layers, then after all. */
async function compareFrozen(
  golden: GoldenCase,
  results: CaseComparison,
  { found: { network, tensors }, images, engine }: EncoderRun,
): Promise<void> {
  const { pixels, height, width } = images;
  const shape = [pixels.length / (height * width * 3), height, width, 3];
  const data = Float32Array.from(pixels);
  const depths = [...listActivations(golden), ["out", undefined] as const];
  for (const [name, depth] of depths) {
    const session = await engine.createSession(
      writeOnnxNetwork(
        network.layers.slice(0, depth),
        tensors,
        network.normalization,
      ),
    );
    const output = await session.run({ images: { data, shape } });
    results.compare(name, await readChannelsFirst(output.tensor), "frozen");
    output.dispose();
    await session.dispose();
  }
}

/** What TensorFlow.js makes of them, from the normalised input on, and the gradients of Σ out · R. */
async function compareTrained(
  golden: GoldenCase,
  results: CaseComparison,
  model: Model,
  images: Images,
): Promise<void> {
  const { variables, buffers, parts: { trained: layers } } = model;
  const weights = new Map([...variables, ...buffers]);
  const input = await model.runFrozen(images);
  const pixels = input.tensor as tf.Tensor4D;
  if (golden.has("input")) {
    results.compare("input", await readChannelsFirst(pixels));
  }
  for (const [name, depth] of listActivations(golden)) {
    const activation = runLayers(layers.slice(0, depth), pixels, weights);
    results.compare(name, await readChannelsFirst(activation), "trained");
    activation.dispose();
  }
  const features = runLayers(layers, pixels, weights);
  results.compare("out", await readChannelsFirst(features), "trained");
  features.dispose();
  if (Object.keys(golden.notes.datasets).some((name) => /^grad/.test(name))) {
    await compareGradients(golden, results, model, pixels);
  }
  input.dispose();
}

async function compareGradients(
  golden: GoldenCase,
  results: CaseComparison,
  { variables, buffers, parts }: Model,
  pixels: tf.Tensor4D,
): Promise<void> {
  const names = [...variables.keys()];
  const direction = toChannelsLast(golden.read("R"));
  const [slope, ...gradients] = tf.tidy(() =>
    tf.grads((x: tf.Tensor, ...values: tf.Tensor[]) => {
      const weights = new Map<string, tf.Tensor>(buffers);
      names.forEach((name, i) => weights.set(name, values[i]!));
      const features = runLayers(parts.trained, x as tf.Tensor4D, weights);
      return tf.sum(tf.mul(features, direction));
    })([pixels, ...variables.values()])
  );
  direction.dispose();
  if (golden.has("grad_input")) {
    results.compare("grad_input", await readChannelsFirst(slope!));
  }
  for (const [i, name] of names.entries()) {
    const key = `grad/${name}`;
    if (!golden.has(key)) continue;
    const { data } = await fromVariable(name, gradients[i]!);
    results.compare(key, data);
  }
  tf.dispose([slope!, ...gradients]);
}

/** Activations of a case, `act/N`, with the number of layers that make them. */
function listActivations(golden: GoldenCase): [string, number][] {
  return Object.keys(golden.notes.datasets).flatMap((name) => {
    const entry = name.match(/^act\/(\d+)$/)?.[1];
    return entry === undefined ? [] : [[name, Number(entry) + 1]];
  });
}
