/**
 * How fast an engine runs a network: measured for about a second, on images that
 * are no larger than that takes.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import type { ImageSize } from "../image_size.ts";
import type { Images, Model } from "../model/model.ts";
import type { ModelOptions } from "../model/options.ts";
import { countModelFlops, type ModelFlops } from "./measured_model.ts";

/** What is measured, and on what. */
export interface SpeedPlan {
  model: Readonly<ModelOptions>;
  /** Size of the images that the speed is wanted for. */
  size: ImageSize;
  /** Whether the speed of training is measured too. */
  training: boolean;
  /** Milliseconds from any start. */
  now(): number;
}

/** Floating-point operations per second of the parts of a model. */
export interface EngineSpeed {
  /** Size of the images that it was measured on. */
  measuredOn: ImageSize;
  /** Layers that are frozen: by ONNX Runtime. */
  frozen: number;
  /** Layers that are trained, and the head: by TensorFlow.js. */
  trained: number;
  /** The same with its gradients, in operations of the way forward; null if it was not measured. */
  gradients: number | null;
  /** Matrix products. */
  products: number;
}

/** How long a measurement should take. */
const TARGET_SECONDS = 0.5;
/** Sides of the first, small image. */
const PROBE_SIDE = 96;
/** Images that are run at once, at most. */
const MAX_IMAGES = 24;
/** Rows of both sides, and their length, of the matrices that are multiplied. */
const PRODUCT = { rows: 512, rowLength: 1024 };

/** Seconds that an image takes in `test` and `extract`: all layers run frozen there. */
export function secondsPerImage(
  { frozen, trained, head }: ModelFlops,
  speed: EngineSpeed,
): number {
  return (frozen + trained) / speed.frozen + head / speed.trained;
}

/** Operations per second of the way forward, of a step with its gradients: a third of those without, if it was not measured. */
export function gradientSpeed({ gradients, trained }: EngineSpeed): number {
  return gradients ?? trained / 3;
}

/**
 * Measures a model on its engine.
 *
 * @throws {ShapeError} If images of this size are too small for the model.
 * @throws {EngineError} If the engine cannot run it.
 */
export async function measureSpeed(
  model: Model,
  plan: SpeedPlan,
): Promise<EngineSpeed> {
  const { size, now, training } = plan;
  const flopsOf = (of: ImageSize): { frozen: number; trained: number } => {
    const { frozen, trained, head } = countModelFlops(model, of);
    return { frozen, trained: trained + head };
  };
  const wanted = flopsOf(size);
  const probe = shrink(size, PROBE_SIDE / Math.min(size.height, size.width));
  const first = await timeRun(model, makeImages(probe, 1), now);
  const affordable = flopsOf(probe).frozen * TARGET_SECONDS / first.frozen;
  const measuredOn = shrink(size, Math.sqrt(affordable / wanted.frozen), probe);
  const flops = flopsOf(measuredOn);
  const count = Math.max(
    1,
    Math.min(
      Math.floor(affordable / flops.frozen),
      model.imagesPerRun(measuredOn),
      MAX_IMAGES,
    ),
  );
  const images = makeImages(measuredOn, count);
  const seconds = await timeRun(model, images, now, training);
  return {
    measuredOn,
    frozen: count * flops.frozen / seconds.frozen,
    trained: count * flops.trained / seconds.trained,
    gradients: seconds.gradients && flops.trained / seconds.gradients,
    products: await measureProducts(model.engine, now),
  };
}

/** A size with sides multiplied by up to 1, no smaller than `least`. */
function shrink(
  { height, width }: ImageSize,
  factor: number,
  least: ImageSize = { height: 1, width: 1 },
): ImageSize {
  const scale = Math.min(1, factor);
  return {
    height: Math.max(least.height, Math.round(height * scale)),
    width: Math.max(least.width, Math.round(width * scale)),
  };
}

function makeImages(size: ImageSize, count: number): Images {
  const pixels = new Uint8Array(count * size.height * size.width * 3);
  return { ...size, pixels: pixels.map((_, i) => i * 37 % 251) };
}

/** Seconds of the parts of a run. */
interface RunSeconds {
  frozen: number;
  trained: number;
  /** For one image. */
  gradients: number | null;
}

async function timeRun(
  model: Model,
  images: Images,
  now: () => number,
  training = false,
): Promise<RunSeconds> {
  const frozen = await timeBest(async () => {
    const output = await model.runFrozen(images);
    await readOneValue(output.tensor as tf.Tensor4D);
    output.dispose();
  }, now);
  const output = await model.runFrozen(images);
  const features = output.tensor as tf.Tensor4D;
  try {
    const trained = await timeBest(async () => {
      const descriptors = model.runTrained(features);
      await descriptors.data();
      descriptors.dispose();
    }, now);
    const gradients = training
      ? await timeBest(() => differentiate(model, features), now)
      : null;
    return { frozen, trained, gradients };
  } finally {
    output.dispose();
  }
}

/** Seconds of the second run, if the first is short: that one also compiles. */
async function timeBest(
  act: () => Promise<void>,
  now: () => number,
): Promise<number> {
  const time = async (): Promise<number> => {
    const start = now();
    await act();
    return Math.max(now() - start, 1e-3) / 1000;
  };
  const first = await time();
  return first < TARGET_SECONDS ? Math.min(first, await time()) : first;
}

/** Waits until a tensor is computed. */
async function readOneValue(tensor: tf.Tensor4D): Promise<void> {
  const value = tf.slice(tensor, [0, 0, 0, 0], [1, 1, 1, 1]);
  await value.data();
  value.dispose();
}

/** Gradients of the trained part for the first image. */
async function differentiate(
  model: Model,
  features: tf.Tensor4D,
): Promise<void> {
  const { value, grads } = tf.variableGrads(
    () => {
      const [, height, width, channels] = features.shape;
      const one = tf.slice(features, [0, 0, 0, 0], [
        1,
        height,
        width,
        channels,
      ]);
      return tf.sum(model.runTrained(one));
    },
    [...model.variables.values()],
  );
  await Promise.all(Object.values(grads).map((grad) => grad.data()));
  tf.dispose([value, grads]);
}

async function measureProducts(
  engine: Engine,
  now: () => number,
): Promise<number> {
  const { rows, rowLength } = PRODUCT;
  const a = new Float32Array(rows * rowLength).fill(0.5);
  const multiply = async (): Promise<void> => {
    await engine.products(a, a, rowLength);
  };
  return 2 * rows * rows * rowLength / await timeBest(multiply, now);
}
