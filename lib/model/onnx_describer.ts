/**
 * An ONNX file that describes images: one of ours, or anyone's.
 *
 * @module
 */
import { basename } from "node:path";
import type {
  Engine,
  EngineName,
  EngineOutput,
  EngineSession,
} from "../engine/engine.ts";
import { startEngine } from "../engine/start_engine.ts";
import * as tf from "../engine/tf.ts";
import {
  CheckpointError,
  describeCause,
  EngineError,
  ShapeError,
} from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { AppliedWhitening } from "./applied_whitening.ts";
import type { Describer, Images } from "./model.ts";
import { loadOnnxModel, readOnnxModel } from "./onnx_load.ts";
import { findOnnxInput, type OnnxInput, toOnnxInput } from "./onnx_input.ts";
import { type OnnxOptions, resolveOnnxOptions } from "./onnx_options.ts";
import { findOnnxOutput, type OnnxOutput } from "./onnx_output.ts";
import { countImages, describeByRuns } from "./run_images.ts";
import type { Whitening } from "./whitening.ts";

/** A describer, and what is known of its file. */
export interface OnnxDescriber extends Describer {
  /** The ONNX file. */
  readonly path: string;
  /** SHA-256 of the file's content, in hexadecimal digits. */
  readonly sha256: string;
  /** What it takes. */
  readonly input: Readonly<OnnxInput>;
  /** What it gives. */
  readonly output: Readonly<OnnxOutput>;
}

/** Where an ONNX file runs. */
export interface OnnxPlace {
  /** A started engine, which the caller keeps; or the name of one to start. */
  engine?: Engine | EngineName | "auto";
}

/**
 * Opens an ONNX file whose input are images, `[N, 3, H, W]` or `[N, H, W, 3]` of
 * float32, float16 or uint8, and whose output are descriptors, `[N, F]` or
 * `[N, F, 1, 1]`. What is fixed in the file of N, H and W is kept to.
 *
 * Descriptors are what the file gives: they are not normalised.
 *
 * @param path The file; its weights must be inside.
 * @param given How pixels are scaled, and which output is meant.
 * @param place Engine.
 * @returns The caller disposes it.
 * @throws {OptionsError} If an option is wrong.
 * @throws {CheckpointError} If the file cannot be read, loaded or used.
 * @throws {EngineError} If the engine is not there, or cannot run it.
 */
export async function openOnnxDescriber(
  path: string,
  given: Partial<OnnxOptions> = {},
  { engine = "auto" }: OnnxPlace = {},
): Promise<OnnxDescriber> {
  const options = resolveOnnxOptions(given);
  const { bytes, metadata } = await readOnnxModel(path);
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const ownsEngine = typeof engine === "string";
  const started = ownsEngine ? await startEngine({ engine }) : engine;
  await using cleanup = new AsyncDisposableStack();
  if (ownsEngine) cleanup.defer(() => started.dispose());
  const session = await loadOnnxModel(path, bytes, started);
  cleanup.defer(() => session.dispose());
  const input = findOnnxInput(
    path,
    session.inputs,
    metadata.get("pixels"),
    options.onnxPixels,
  );
  const graph = new OnnxGraphRunner(path, session, input);
  const output = await findOnnxOutput(
    path,
    session.outputs,
    options.onnxOutput,
    (name) => graph.probe(name),
  );
  return new OnnxFileDescriber({
    path,
    sha256: sha256.toHex(),
    engine: started,
    input,
    output,
    graph,
    resources: cleanup.move(),
  });
}

/** Runs the graph of a file on images. */
class OnnxGraphRunner {
  constructor(
    readonly path: string,
    readonly session: EngineSession,
    readonly input: OnnxInput,
  ) {}

  /** Runs images, filled up to a whole batch where that is fixed. */
  async run(images: Images, output: string): Promise<EngineOutput> {
    const count = this.input.batch ?? countImages(images);
    try {
      return await this.session.run(
        { [this.input.name]: toOnnxInput(images, this.input, count) },
        output,
      );
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const { width, height } = images;
      throw new EngineError(
        `Cannot run an ONNX model on images of ${width}x${height}`,
        {
          where: `${this.path} (${describeCause(error.cause)})`,
          fix:
            "set resize to a size that it takes, use a smaller describeBatch, or use another engine",
          cause: error,
        },
      );
    }
  }

  /** Shape of an output for grey images. */
  async probe(output: string): Promise<readonly number[]> {
    const { batch, height, width } = this.input;
    const size = { height: height ?? PROBE_SIZE, width: width ?? PROBE_SIZE };
    const length = (batch ?? 1) * size.height * size.width * 3;
    const pixels = new Uint8Array(length).fill(128);
    const { tensor, dispose } = await this.run({ ...size, pixels }, output);
    dispose();
    return tensor.shape;
  }
}

/** Rows and columns of an image that is only there to learn of an output. */
const PROBE_SIZE = 224;

/** Channels of a value as large as the image: as many as VGG-16 has, which is much. */
const ASSUMED_CHANNELS = 64;

/** What an `OnnxFileDescriber` is made of. */
interface DescriberMakings {
  path: string;
  sha256: string;
  engine: Engine;
  input: OnnxInput;
  output: OnnxOutput;
  graph: OnnxGraphRunner;
  resources: AsyncDisposableStack;
}

/** All of it is frozen: the features at the cut are the descriptors, `[N, 1, 1, F]`. */
class OnnxFileDescriber implements OnnxDescriber {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly engine: Engine;
  readonly input: Readonly<OnnxInput>;
  readonly output: Readonly<OnnxOutput>;
  readonly imageSize?: ImageSize;
  readonly #whitening: AppliedWhitening;
  readonly #graph: OnnxGraphRunner;
  readonly #resources: AsyncDisposableStack;

  constructor({ graph, resources, ...makings }: DescriberMakings) {
    this.path = makings.path;
    this.sha256 = makings.sha256;
    this.engine = makings.engine;
    this.input = makings.input;
    this.output = makings.output;
    this.name = basename(this.path).replace(/\.onnx$/i, "");
    this.#whitening = new AppliedWhitening(
      this.output.descriptorLength,
      this.engine,
    );
    const { height, width } = this.input;
    if (height !== null && width !== null) this.imageSize = { height, width };
    this.#graph = graph;
    this.#resources = resources;
  }

  get descriptorLength(): number {
    return this.#whitening.descriptorLength;
  }

  get whitening(): Whitening | undefined {
    return this.#whitening.whitening;
  }

  setWhitening(whitening: Whitening | undefined): void {
    this.#whitening.set(whitening);
  }

  describe(images: Images): Promise<Float32Array> {
    return describeByRuns(this, images);
  }

  async runFrozen(images: Images): Promise<EngineOutput> {
    this.#checkSize(images);
    const N = countImages(images);
    const F = this.output.descriptorLength;
    const output = await this.#graph.run(images, this.output.name);
    const rows = output.tensor.size / F;
    if (rows !== (this.input.batch ?? N)) {
      const shape = output.tensor.shape.join(", ");
      output.dispose();
      throw new CheckpointError("Cannot use the descriptors of an ONNX model", {
        where:
          `${this.path} (${N} images of ${images.width}x${images.height} gave [${shape}], not [${N}, ${F}])`,
        fix: "export it with one descriptor of one length for each image",
      });
    }
    const tensor = tf.tidy(() => {
      const all = tf.reshape(output.tensor, [rows, 1, 1, F]);
      return rows === N ? all : tf.slice(all, 0, N);
    });
    return {
      tensor,
      dispose: () => {
        tensor.dispose();
        output.dispose();
      },
    };
  }

  runTrained(features: tf.Tensor4D): tf.Tensor2D {
    const F = this.output.descriptorLength;
    return tf.tidy(() => this.#whitening.apply(tf.reshape(features, [-1, F])));
  }

  imagesPerRun({ height, width }: ImageSize): number {
    const bytes = height * width * ASSUMED_CHANNELS * 4;
    return this.input.batch ??
      Math.max(1, Math.floor(this.engine.maxTensorBytes / bytes));
  }

  imagesPerTrainedRun(): number {
    const bytes = this.output.descriptorLength * 4;
    return Math.max(1, Math.floor(this.engine.maxTensorBytes / bytes));
  }

  dispose(): Promise<void> {
    this.#whitening.dispose();
    return this.#resources.disposeAsync();
  }

  #checkSize({ height, width }: Images): void {
    const own = this.imageSize ?? { height, width };
    if (height === own.height && width === own.width) return;
    throw new ShapeError(`Cannot describe images of ${width}x${height}`, {
      where: `${this.path}, which takes ${own.width}x${own.height}`,
      fix: `set resize to ${own.width}x${own.height}`,
    });
  }
}
