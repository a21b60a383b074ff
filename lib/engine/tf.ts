/**
 * TensorFlow.js, imported here and nowhere else.
 *
 * @module
 */
export * from "@tensorflow/tfjs";
