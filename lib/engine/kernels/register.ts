/**
 * Puts our kernels in the place of TensorFlow.js's.
 *
 * @module
 */
import * as tf from "../tf.ts";
import { maxPoolGradient, type PoolAttributes } from "./max_pool_gradient.ts";
import {
  convolutionFilterGradient,
  convolutionInputGradient,
} from "./conv2d_gradients.ts";
import {
  multiplyPairByPair,
  type ProductAttributes,
} from "./matrix_product.ts";

const registered = new Set<string>();

/**
 * Registers the fast gradient kernels for a backend, once.
 *
 * They compute what the built-in ones compute, by other operations.
 */
export function registerGradientKernels(backendName: "wasm" | "webgpu"): void {
  if (registered.has(backendName)) return;
  registered.add(backendName);
  replaceKernel(
    "Conv2DBackpropFilter",
    backendName,
    (inputs, attributes) =>
      convolutionFilterGradient(
        inputs.x as tf.Tensor4D,
        inputs.dy as tf.Tensor4D,
        attributes.filterShape as [number, number, number, number],
        attributes as unknown as Parameters<
          typeof convolutionFilterGradient
        >[3],
      ),
  );
  replaceKernel(
    "Conv2DBackpropInput",
    backendName,
    (inputs, attributes) =>
      convolutionInputGradient(
        inputs.dy as tf.Tensor4D,
        inputs.filter as tf.Tensor4D,
        attributes.inputShape as [number, number, number, number],
        attributes as unknown as Parameters<typeof convolutionInputGradient>[3],
      ),
  );
  if (backendName !== "wasm") return;
  replaceMatrixProduct();
  replaceKernel("MaxPoolGrad", "wasm", (inputs, attributes) =>
    maxPoolGradient(
      inputs.dy as tf.Tensor4D,
      inputs.input as tf.Tensor4D,
      attributes as unknown as PoolAttributes,
    ));
}

type Compute = (
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, unknown>,
) => tf.Tensor;

function replaceKernel(
  kernelName: string,
  backendName: string,
  compute: Compute,
): void {
  if (tf.getKernel(kernelName, backendName)) {
    tf.unregisterKernel(kernelName, backendName);
  }
  tf.registerKernel({
    kernelName,
    backendName,
    // TensorFlow.js passes its tensors, though the type promises less.
    kernelFunc: ({ inputs, attrs }) =>
      compute(inputs as Record<string, tf.Tensor>, { ...attrs }),
  });
}

function replaceMatrixProduct(): void {
  const builtIn = tf.getKernel("BatchMatMul", "wasm").kernelFunc;
  const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.engine().makeTensorFromTensorInfo(
      builtIn({
        inputs: { a, b },
        backend: tf.backend(),
        attrs: { transposeA: false, transposeB: false },
      }) as tf.TensorInfo,
    );
  replaceKernel(
    "BatchMatMul",
    "wasm",
    ({ a, b }, attributes) =>
      multiplyPairByPair(
        a!,
        b!,
        attributes as unknown as ProductAttributes,
        product,
      ),
  );
}
