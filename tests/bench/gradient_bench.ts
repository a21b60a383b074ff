import "@tensorflow/tfjs-backend-wasm";
import {
  convolve,
  filterGradient,
  inputGradient,
} from "../../lib/engine/kernels/convolution.ts";
import { registerKernels } from "../../lib/engine/kernels/register.ts";
import * as tf from "../../lib/engine/tf.ts";
import { makeNumbers } from "./make_numbers.ts";

/** A convolution of the last block of VGG-16 for a 320 × 240 image, with an eighth of its channels. */
const [H, W, C] = [15, 20, 64];
const CONVOLUTION = {
  strides: 1,
  pad: 1,
  dataFormat: "NHWC" as const,
  dimRoundingMode: "floor" as const,
  inputShape: [1, H, W, C] as [number, number, number, number],
  filterShape: [3, 3, C, C] as [number, number, number, number],
};

await tf.setBackend("wasm");
const wasmConvolution = tf.getKernel("Conv2D", "wasm");
const wasmInputGradient = tf.getKernel("Conv2DBackpropInput", "wasm");
const wasmProduct = tf.getKernel("BatchMatMul", "wasm");
registerKernels("wasm");

interface Tensors {
  x: tf.Tensor4D;
  dy: tf.Tensor4D;
  filter: tf.Tensor4D;
  rows: tf.Tensor2D;
}

/** The same numbers on each backend. */
const TENSORS = { wasm: makeTensors(), cpu: await onBackend("cpu") };

async function onBackend(backend: string): Promise<Tensors> {
  await tf.setBackend(backend);
  return makeTensors();
}

function makeTensors(): Tensors {
  const image = (seed: number): tf.Tensor4D =>
    tf.tensor4d(makeNumbers(H * W * C, seed), CONVOLUTION.inputShape);
  return {
    x: image(1),
    dy: image(2),
    filter: tf.tensor4d(makeNumbers(9 * C * C, 3), CONVOLUTION.filterShape),
    rows: tf.tensor2d(makeNumbers(H * W * C, 4), [H * W, C]),
  };
}

/** What TensorFlow.js itself computes. */
function runKernel(
  kernel: tf.KernelConfig,
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, unknown>,
): tf.Tensor {
  const info = kernel.kernelFunc({
    inputs,
    attrs: attrs as tf.NamedAttrMap,
    backend: tf.backend(),
  });
  return tf.engine().makeTensorFromTensorInfo(info as tf.TensorInfo);
}

interface Measured {
  group: string;
  name: string;
  backend: "wasm" | "cpu";
  compute(tensors: Tensors): tf.Tensor;
}

const MEASURED: Measured[] = [
  {
    group: "convolution",
    name: "convolve() 15x20, 64 to 64, wasm",
    backend: "wasm",
    compute: ({ x, filter }) => convolve(x, filter, CONVOLUTION),
  },
  {
    group: "convolution",
    name: "TensorFlow.js's own (XNNPACK), wasm",
    backend: "wasm",
    compute: ({ x, filter }) =>
      runKernel(wasmConvolution, { x, filter }, {
        ...CONVOLUTION,
        dilations: [1, 1],
      }),
  },
  {
    group: "filter gradient",
    name: "filterGradient() 15x20, 64 to 64, wasm",
    backend: "wasm",
    compute: ({ x, dy }) =>
      filterGradient(x, dy, CONVOLUTION.filterShape, CONVOLUTION),
  },
  {
    group: "filter gradient",
    name: "TensorFlow.js's plain loops (its WASM backend has none)",
    backend: "cpu",
    compute: ({ x, dy }) =>
      runKernel(
        tf.getKernel("Conv2DBackpropFilter", "cpu"),
        { x, dy },
        CONVOLUTION,
      ),
  },
  {
    group: "input gradient",
    name: "inputGradient() 15x20, 64 to 64, wasm",
    backend: "wasm",
    compute: ({ dy, filter }) =>
      inputGradient(dy, filter, CONVOLUTION.inputShape, CONVOLUTION),
  },
  {
    group: "input gradient",
    name: "TensorFlow.js's own, wasm",
    backend: "wasm",
    compute: ({ dy, filter }) =>
      runKernel(wasmInputGradient, { dy, filter }, CONVOLUTION),
  },
  {
    group: "input gradient",
    name: "TensorFlow.js's plain loops",
    backend: "cpu",
    compute: ({ dy, filter }) =>
      runKernel(
        tf.getKernel("Conv2DBackpropInput", "cpu"),
        { dy, filter },
        CONVOLUTION,
      ),
  },
  {
    group: "product",
    name: "matMul() of a transposed 300x64 with itself, wasm",
    backend: "wasm",
    compute: ({ rows }) => tf.matMul(rows, rows, true),
  },
  {
    group: "product",
    name: "TensorFlow.js's own, wasm",
    backend: "wasm",
    compute: ({ rows }) => {
      const a = rows.as3D(1, H * W, C);
      const attributes = { transposeA: true, transposeB: false };
      return runKernel(wasmProduct, { a, b: a }, attributes);
    },
  },
];

MEASURED.forEach(({ group, name, backend, compute }, i) => {
  Deno.bench({
    name,
    group,
    baseline: group !== MEASURED[i - 1]?.group,
    ...(backend === "cpu" && { n: 1, warmup: 0 }),
    fn: async (bench) => {
      await tf.setBackend(backend);
      bench.start();
      const result = compute(TENSORS[backend]);
      await result.data();
      bench.end();
      result.dispose();
    },
  });
});
