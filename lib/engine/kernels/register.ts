/**
 * Puts our kernels in the place of TensorFlow.js's.
 *
 * @module
 */
import * as tf from "../tf.ts";
import type { ConvAttributes, Shape4D } from "./conv_info.ts";
import {
  convolutionFilterGradient,
  convolutionInputGradient,
} from "./conv2d_gradients.ts";
import { convolve, filterGradient, inputGradient } from "./convolution.ts";
import { multiplyMatrices, type ProductAttributes } from "./matrix_product.ts";
import { maxPoolGradient, type PoolAttributes } from "./max_pool_gradient.ts";
import { meanOver, type SumAttributes, sumOver } from "./sums.ts";

const registered = new Set<string>();

/**
 * Registers our kernels for a backend, once.
 *
 * On WASM whatever adds up many values keeps their sum in double precision. On
 * WebGPU, which has none, only the gradients of a convolution are ours;
 * `tile_sums.ts` sees to the sums.
 */
export function registerKernels(backendName: "wasm" | "webgpu"): void {
  if (registered.has(backendName)) return;
  registered.add(backendName);
  if (backendName === "webgpu") {
    replaceConvolutionGradients(backendName, {
      ofFilter: convolutionFilterGradient,
      ofInput: convolutionInputGradient,
    });
    return;
  }
  replaceConvolutionGradients(backendName, {
    ofFilter: filterGradient,
    ofInput: inputGradient,
  });
  replaceWasmKernels();
}

function replaceConvolutionGradients(
  backendName: string,
  gradients: { ofFilter: typeof filterGradient; ofInput: typeof inputGradient },
): void {
  replaceKernel<ConvAttributes & { filterShape: Shape4D }>(
    "Conv2DBackpropFilter",
    backendName,
    ({ x, dy }, attributes) =>
      gradients.ofFilter(
        x as tf.Tensor4D,
        dy as tf.Tensor4D,
        attributes.filterShape,
        attributes,
      ),
  );
  replaceKernel<ConvAttributes & { inputShape: Shape4D }>(
    "Conv2DBackpropInput",
    backendName,
    ({ dy, filter }, attributes) =>
      gradients.ofInput(
        dy as tf.Tensor4D,
        filter as tf.Tensor4D,
        attributes.inputShape,
        attributes,
      ),
  );
}

function replaceWasmKernels(): void {
  replaceKernel<ConvAttributes>(
    "Conv2D",
    "wasm",
    ({ x, filter }, attributes) =>
      convolve(x as tf.Tensor4D, filter as tf.Tensor4D, attributes),
  );
  replaceKernel<ProductAttributes>(
    "BatchMatMul",
    "wasm",
    ({ a, b }, attributes) => multiplyMatrices(a!, b!, attributes),
  );
  replaceKernel<SumAttributes>(
    "Sum",
    "wasm",
    ({ x }, attributes) => sumOver(x!, attributes),
  );
  replaceKernel<SumAttributes>(
    "Mean",
    "wasm",
    ({ x }, attributes) => meanOver(x!, attributes),
  );
  replaceKernel<PoolAttributes>(
    "MaxPoolGrad",
    "wasm",
    ({ dy, input }, attributes) =>
      maxPoolGradient(dy as tf.Tensor4D, input as tf.Tensor4D, attributes),
  );
}

function replaceKernel<Attributes>(
  kernelName: string,
  backendName: string,
  compute: (
    inputs: Record<string, tf.Tensor>,
    attributes: Attributes,
  ) => tf.Tensor,
): void {
  if (tf.getKernel(kernelName, backendName)) {
    tf.unregisterKernel(kernelName, backendName);
  }
  tf.registerKernel({
    kernelName,
    backendName,
    // TensorFlow.js passes its tensors, though the type promises less.
    kernelFunc: ({ inputs, attrs }) =>
      compute(
        inputs as Record<string, tf.Tensor>,
        { ...attrs } as unknown as Attributes,
      ),
  });
}
