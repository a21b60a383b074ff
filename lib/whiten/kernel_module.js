/**
 * The compiled kernels, not yet instantiated: each fit has its own memory, which ends with it.
 *
 * This is JavaScript because TypeScript cannot parse `import source` yet.
 *
 * @module
 */
import source float64Kernels from "./float64_kernels.wasm";

export { float64Kernels };
