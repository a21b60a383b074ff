/**
 * What the three engines share: sessions of an ONNX Runtime, and matrix products by it.
 *
 * @module
 */
import type {
  Engine,
  EngineInput,
  EngineOutput,
  EngineSession,
  EngineValue,
} from "./engine.ts";
import type { InferenceSession, Tensor } from "onnxruntime-web";
import { encodeOnnx } from "./onnx_graph.ts";
import { describeCause, EngineError } from "../errors.ts";

/** The part of ONNX Runtime that is the same in its web and its native package. */
export interface OrtModule {
  InferenceSession: {
    create(
      model: Uint8Array,
      options?: InferenceSession.SessionOptions,
    ): Promise<InferenceSession>;
  };
  Tensor: new (
    type: "float32" | "float16" | "uint8",
    data: EngineInput["data"],
    dims: readonly number[],
  ) => Tensor;
}

/** How one engine differs from another. */
export interface OrtEngineParts {
  identity: Pick<Engine, "name" | "device" | "reason" | "maxTensorBytes">;
  ort: OrtModule;
  sessionOptions: InferenceSession.SessionOptions;
  /** Makes a TensorFlow.js tensor of an output. */
  wrapOutput(output: Tensor): EngineOutput | Promise<EngineOutput>;
  /** Frees the device, after the sessions. */
  release(): Promise<void> | void;
}

/** Assembles an engine from its ONNX Runtime and its way to wrap outputs. */
export function createOrtEngine(parts: OrtEngineParts): Engine {
  const open = new Set<EngineSession>();
  const createSession = async (onnx: Uint8Array): Promise<EngineSession> => {
    const session = await loadSession(parts, onnx);
    open.add(session);
    return {
      ...session,
      dispose: async () => {
        if (open.delete(session)) await session.dispose();
      },
    };
  };
  let productSession: Promise<EngineSession> | undefined;
  return {
    ...parts.identity,
    createSession,
    products: async (a, b, rowLength) => {
      productSession ??= createSession(encodeProductGraph());
      const output = await (await productSession).run({
        a: { data: a, shape: [a.length / rowLength, rowLength] },
        b: { data: b, shape: [b.length / rowLength, rowLength] },
      });
      try {
        return await output.tensor.data() as Float32Array;
      } finally {
        output.dispose();
      }
    },
    dispose: async () => {
      for (const session of open) await session.dispose();
      open.clear();
      await parts.release();
    },
  };
}

async function loadSession(
  { ort, sessionOptions, wrapOutput, identity }: OrtEngineParts,
  onnx: Uint8Array,
): Promise<EngineSession> {
  const session = await ort.InferenceSession.create(onnx, sessionOptions)
    .catch((cause) => {
      throw new EngineError(`Cannot load a graph on ${identity.name}`, {
        where: `${identity.device} (${describeCause(cause)})`,
        fix: "free memory, or use another engine",
        cause,
      });
    });
  return {
    inputs: session.inputMetadata.map(describeValue),
    outputs: session.outputMetadata.map(describeValue),
    run: async (inputs, output = session.outputNames[0]!) => {
      try {
        const feeds = Object.entries(inputs)
          .map(([name, value]) => [name, toTensor(ort, value)]);
        const found = await session.run(Object.fromEntries(feeds), [output]);
        return await wrapOutput(found[output]!);
      } catch (cause) {
        throw new EngineError(`Cannot run a graph on ${identity.name}`, {
          where: `${identity.device} (${describeCause(cause)})`,
          fix: "use smaller images or batches, or another engine",
          cause,
        });
      }
    },
    dispose: () => session.release(),
  };
}

/** Sizes beyond this are how the web build writes a free one. */
const MAX_SIZE = 2 ** 31 - 1;

function describeValue(value: InferenceSession.ValueMetadata): EngineValue {
  if (!value.isTensor) {
    return { name: value.name, type: "no tensor", shape: [] };
  }
  const shape = value.shape.map((size) =>
    typeof size === "number" && size > 0 && size <= MAX_SIZE ? size : null
  );
  return { name: value.name, type: value.type, shape };
}

function toTensor(ort: OrtModule, { data, shape }: EngineInput): Tensor {
  if (data instanceof Uint8Array) return new ort.Tensor("uint8", data, shape);
  const type = data instanceof Float32Array ? "float32" : "float16";
  return new ort.Tensor(type, data, shape);
}

/** Values of an output as float32, without a copy if they are. */
export function toFloat32(data: Tensor.DataType): Float32Array {
  return data instanceof Float32Array
    ? data
    : Float32Array.from(data as unknown as ArrayLike<number>);
}

/** `a · bᵀ`: one Gemm. */
function encodeProductGraph(): Uint8Array {
  return encodeOnnx({
    name: "products",
    inputs: [
      { name: "a", shape: ["A", "F"] },
      { name: "b", shape: ["B", "F"] },
    ],
    outputs: [{ name: "products", shape: ["A", "B"] }],
    nodes: [{
      op: "Gemm",
      inputs: ["a", "b"],
      output: "products",
      attributes: { transB: 1 },
    }],
    constants: [],
  });
}
