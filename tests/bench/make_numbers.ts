import { createRandom } from "../../lib/random.ts";

/** Numbers from the normal distribution, the same every time. */
export function makeNumbers(count: number, seed = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.nextNormal());
}
