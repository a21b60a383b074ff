import type { Engine } from "../lib/engine/engine.ts";

/** The part of an engine that multiplies, in plain loops, rounded to float32 at every step. */
export function makePlainEngine(
  maxTensorBytes = 1 << 26,
): Pick<Engine, "products" | "maxTensorBytes"> {
  return {
    maxTensorBytes,
    products: (a, b, rowLength) => {
      const [A, B] = [a.length / rowLength, b.length / rowLength];
      const products = new Float32Array(A * B);
      for (let i = 0; i < A; i++) {
        for (let j = 0; j < B; j++) {
          let sum = 0;
          for (let f = 0; f < rowLength; f++) {
            sum = Math.fround(
              sum + Math.fround(a[i * rowLength + f]! * b[j * rowLength + f]!),
            );
          }
          products[i * B + j] = sum;
        }
      }
      return Promise.resolve(products);
    },
  };
}
