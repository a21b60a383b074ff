/**
 * Small computations whose results are known, so that a wrong driver is caught.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { headShapes, randomHead } from "../model/aggregate.ts";
import { describeNetwork } from "../model/architectures.ts";
import { assembleModel } from "../model/assembled_model.ts";
import { cutNetwork, outputChannels } from "../model/layers.ts";
import { type Grid, runLayersReference } from "../model/layers_reference.ts";
import type { Images } from "../model/model.ts";
import { netVladReference } from "../model/netvlad_reference.ts";
import { ARCH_NAMES, type ArchName, type Network } from "../model/network.ts";
import { resolveModelOptions } from "../model/options.ts";
import { randomWeights } from "../model/parameters.ts";
import type { NamedTensors } from "../model/weights/tensors.ts";
import { createRandom } from "../random.ts";

/** How a result compares with what is known. */
export interface KnownAnswer {
  /** What was computed, such as `vgg16`. */
  name: string;
  /** Largest difference from what is known; Infinity if something is no number. */
  error: number;
}

/** Descriptors are of unit length; engines agree with each other to 1e-6. */
export const KNOWN_ANSWER_TOLERANCE = 1e-4;

const SIZE = { height: 64, width: 72 };
const SEED = 5;
/** Divides the channels of every layer: plain loops are slow. */
const WIDTH_DIVISOR = 16;
const CLUSTERS = 3;
/** Rows and their lengths of the matrices that are multiplied; no multiple of a power of two. */
const PRODUCT = { rowsA: 21, rowsB: 37, rowLength: 131 };

/** A network in small, an image, and its descriptor. */
export interface Sample {
  arch: ArchName;
  network: Network;
  tensors: NamedTensors;
  images: Images;
  /** `[F]` */
  descriptor: readonly number[];
}

/** The networks in small, each with a descriptor in double precision by plain loops. */
export function makeSamples(): readonly Sample[] {
  const random = createRandom(SEED);
  const pixels = Uint8Array.from(
    { length: SIZE.height * SIZE.width * 3 },
    () => random.nextInteger(256),
  );
  const images = { ...SIZE, pixels };
  return ARCH_NAMES.map((arch) => {
    const network = describeNetwork(arch, { widthDivisor: WIDTH_DIVISOR });
    const D = outputChannels(network.layers, 3);
    const tensors = new Map([
      ...randomWeights(network.layers, random.fork(arch)),
      ...randomHead(optionsOf(arch), D, random.fork("head")),
    ]);
    const descriptor = describePlainly(network, tensors, images);
    return { arch, network, tensors, images, descriptor };
  });
}

/**
 * Describes the image of each network and multiplies matrices, and compares with what is known.
 *
 * @param samples From `makeSamples`.
 */
export async function compareWithKnown(
  engine: Engine,
  samples: readonly Sample[],
): Promise<KnownAnswer[]> {
  const answers = [await multiply(engine)];
  for (const { arch, network, tensors, images, descriptor } of samples) {
    const model = assembleModel({
      options: optionsOf(arch),
      network,
      parts: cutNetwork(network, network.trainFrom),
      tensors,
      engine,
      hasRandomHead: false,
      ownsEngine: false,
    });
    try {
      const found = await model.describe(images);
      answers.push({ name: arch, error: largestError(found, descriptor) });
    } finally {
      await model.dispose();
    }
  }
  return answers;
}

function optionsOf(arch: ArchName): ReturnType<typeof resolveModelOptions> {
  const widthDivisor = WIDTH_DIVISOR;
  return resolveModelOptions({ arch, widthDivisor, numClusters: CLUSTERS });
}

function describePlainly(
  { layers, normalization: { scale, mean, std } }: Network,
  tensors: NamedTensors,
  { pixels, height, width }: Images,
): number[] {
  const image: Grid = Array.from(
    { length: height },
    (_, y) =>
      Array.from(
        { length: width },
        (_, x) =>
          mean.map((value, c) =>
            (pixels[(y * width + x) * 3 + c]! / scale - value) / std[c]!
          ),
      ),
  );
  const weights = new Map(
    [...tensors].map(([name, { data }]) => [name, [...data]]),
  );
  const locals = runLayersReference(layers, image, weights).flat(); // [P][D]
  return netVladReference(locals, readHead(weights, locals[0]!.length));
}

function readHead(
  weights: ReadonlyMap<string, number[]>,
  D: number,
): Parameters<typeof netVladReference>[1] {
  const rows = (name: string): number[][] =>
    // [K][D]
    Array.from(
      { length: CLUSTERS },
      (_, k) => weights.get(name)!.slice(k * D, (k + 1) * D),
    );
  const [centroidName, weightName] = [...headShapes(optionsOf("vgg16"), D)]
    .map(([name]) => name) as [string, string];
  const byCluster = rows(weightName);
  return {
    centroids: rows(centroidName),
    assignWeights: Array.from(
      { length: D },
      (_, d) => byCluster.map((row) => row[d]!),
    ),
    assignBiases: Array(CLUSTERS).fill(0),
  };
}

/** Products of small integers, which float32 holds exactly. */
async function multiply(engine: Engine): Promise<KnownAnswer> {
  const { rowsA, rowsB, rowLength } = PRODUCT;
  const random = createRandom(SEED);
  const fill = (rows: number): Float32Array =>
    Float32Array.from(
      { length: rows * rowLength },
      () => random.nextInteger(9) - 4,
    );
  const [a, b] = [fill(rowsA), fill(rowsB)];
  const known = Array.from({ length: rowsA * rowsB }, (_, i) => {
    const [startA, startB] = [Math.floor(i / rowsB), i % rowsB]
      .map((row) => row * rowLength) as [number, number];
    let sum = 0;
    for (let f = 0; f < rowLength; f++) sum += a[startA + f]! * b[startB + f]!;
    return sum;
  });
  const found = await engine.products(a, b, rowLength);
  return { name: "matrix product", error: largestError(found, known) };
}

function largestError(
  found: ArrayLike<number>,
  known: readonly number[],
): number {
  const errors = known.map((value, i) => Math.abs(found[i]! - value));
  return errors.some(Number.isNaN) ? Infinity : Math.max(...errors);
}
