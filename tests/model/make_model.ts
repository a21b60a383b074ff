import type { Engine } from "../../lib/engine/engine.ts";
import { randomHead } from "../../lib/model/aggregate.ts";
import { assembleModel } from "../../lib/model/assembled_model.ts";
import { cutNetwork, outputChannels } from "../../lib/model/layers.ts";
import type { Images, Model } from "../../lib/model/model.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import {
  type ModelOptions,
  resolveModelOptions,
} from "../../lib/model/options.ts";
import { randomWeights } from "../../lib/model/parameters.ts";
import { createRandom } from "../../lib/random.ts";

/**
 * A model of random weights, narrowed by 8 and with 8 clusters unless asked otherwise.
 *
 * @param engine The caller keeps it.
 * @param trainFrom Where to cut; `undefined` for where the network is cut to train it.
 */
export function makeModel(
  engine: Engine,
  given: Partial<ModelOptions> = {},
  trainFrom?: string | null,
): Model {
  const options = resolveModelOptions({
    widthDivisor: 8,
    numClusters: 8,
    ...given,
  });
  const network = describeNetwork(options.arch, options);
  const D = outputChannels(network.layers, 3);
  return assembleModel({
    options,
    network,
    parts: cutNetwork(
      network,
      trainFrom === undefined ? network.trainFrom : trainFrom,
    ),
    tensors: new Map([
      ...randomWeights(network.layers, createRandom(1)),
      ...randomHead(options, D, createRandom(2)),
    ]),
    engine,
    hasRandomHead: true,
    ownsEngine: false,
  });
}

/** Images of random blocks, which unlike plain noise differ from each other after pooling. */
export function makeImages(
  count: number,
  height: number,
  width: number,
): Images {
  const random = createRandom(3);
  const pixels = new Uint8Array(count * height * width * 3);
  for (let n = 0; n < count; n++) {
    const colors = Array.from(
      { length: 64 * 3 },
      () => random.nextInteger(200),
    );
    for (let at = 0; at < height * width * 3; at++) {
      const [y, x] = [
        Math.floor(at / (width * 3)),
        Math.floor(at / 3) % width,
      ];
      const block = (y >> 3) % 8 * 8 + (x >> 3) % 8;
      pixels[n * height * width * 3 + at] = colors[block * 3 + at % 3]! +
        random.nextInteger(50);
    }
  }
  return { pixels, height, width };
}
