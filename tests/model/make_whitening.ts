import type { Whitening } from "../../lib/model/whitening.ts";
import { createRandom } from "../../lib/random.ts";

/** A linear map of random numbers from descriptors of length F to P. */
export function makeWhitening(P: number, F: number): Whitening {
  const random = createRandom(P * 1000 + F);
  const draw = (length: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length }, () => random.nextNormal());
  return {
    projection: { shape: [P, F], data: draw(P * F) },
    offset: { shape: [P], data: draw(P) },
  };
}
