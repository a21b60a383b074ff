/**
 * Deno's own workers.
 *
 * @module
 */

/**
 * The constructor of web workers, as it was when the program began: ONNX Runtime's
 * WASM build replaces the global one by Node's when it starts.
 */
export const WebWorker = globalThis.Worker;
