/**
 * TensorFlow.js, imported here and nowhere else.
 *
 * @module
 */
import type {
  Tensor as TfTensor,
  Tensor2D as TfTensor2D,
  Tensor4D as TfTensor4D,
  Variable as TfVariable,
} from "@tensorflow/tfjs";

export * from "@tensorflow/tfjs";

/** Numbers on an engine, of any shape. */
export type Tensor = TfTensor;

/** Numbers on an engine in rows and columns. */
export type Tensor2D = TfTensor2D;

/** Numbers on an engine, such as images or features, `[N, H, W, C]`. */
export type Tensor4D = TfTensor4D;

/** Numbers on an engine that training changes. */
export type Variable = TfVariable;
