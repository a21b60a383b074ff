import type { Layer, MaxPoolLayer } from "../../lib/model/network.ts";
import { weightShapes } from "../../lib/model/layers.ts";
import { toVariable } from "../../lib/model/parameters.ts";
import type { LayerWeights } from "../../lib/model/run_layers.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { createRandom, type Random } from "../../lib/random.ts";
import type {
  Grid,
  ReferenceWeights,
} from "../../lib/model/layers_reference.ts";

/**
 * A network of a few channels with every kind of layer, stride and padding.
 *
 * Its pools follow a ReLU, as in every network: where all values of a window are negative,
 * TensorFlow.js's WASM backend hands the gradient to the first one, not to the largest.
 */
export function makeSmallNetwork(ceilMode: boolean): Layer[] {
  const conv = (
    weights: string,
    channels: number,
    [size, stride, padding]: [number, number, number],
  ): Layer => ({
    kind: "conv",
    name: weights,
    weights,
    channels,
    size,
    stride,
    padding,
  });
  const relu: Layer = { kind: "relu" };
  const pool: MaxPoolLayer = { kind: "maxPool", size: 3, stride: 2, ceilMode };
  return [
    conv("first", 3, [3, 2, 0]),
    relu,
    pool,
    conv("squeeze", 2, [1, 1, 0]),
    relu,
    {
      kind: "concat",
      branches: [
        [conv("expand1x1", 2, [1, 1, 0]), relu],
        [conv("expand3x3", 3, [3, 1, 1]), relu],
      ],
    },
    { ...pool, size: 2 },
    conv("last", 2, [3, 1, 1]),
  ];
}

/**
 * A network of a few channels with a padded pool and residual blocks: with a way around, and
 * without.
 */
export function makeSmallResNet(): Layer[] {
  const unit = (
    weights: string,
    channels: number,
    [size, stride]: [number, number],
  ): Layer[] => [
    {
      ...{ kind: "conv", name: weights, weights, channels, size, stride },
      padding: (size - 1) / 2,
      withoutBias: true,
    },
    { kind: "batchNorm", weights: `${weights}.norm` },
  ];
  const relu: Layer = { kind: "relu" };
  return [
    ...unit("first", 4, [3, 1]),
    relu,
    { kind: "maxPool", size: 3, stride: 2, ceilMode: false, padding: 1 },
    {
      kind: "residual",
      name: "stage.0",
      main: [...unit("a", 2, [1, 1]), relu, ...unit("b", 2, [3, 2])],
      shortcut: unit("around", 2, [1, 2]),
    },
    {
      kind: "residual",
      name: "stage.1",
      main: [...unit("c", 3, [3, 1]), relu, ...unit("d", 2, [3, 1])],
      shortcut: [],
    },
  ];
}

/** The small networks by what they have that others have not. */
export const SMALL_NETWORKS: ReadonlyMap<string, Layer[]> = new Map([
  ["where pools round down", makeSmallNetwork(false)],
  ["where pools round up", makeSmallNetwork(true)],
  ["with residual blocks", makeSmallResNet()],
]);

/** A number around 1 that float32 holds exactly; no two sums of products are equal. */
function value(random: Random): number {
  return Math.fround(random.nextNormal());
}

/** Weights of layers on 3 channels; variances are positive. */
export function makeWeights(layers: readonly Layer[]): ReferenceWeights {
  const random = createRandom(4);
  return new Map([...weightShapes(layers, 3)].map(([name, shape]) => [
    name,
    Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () =>
        name.endsWith("running_var") ? 1 + value(random) ** 2 : value(random),
    ),
  ]));
}

/** Batch normalisations that change their input, each channel in its own way, in place. */
export function varyNorms(tensors: NamedTensors): NamedTensors {
  const random = createRandom(6);
  for (const [name, { shape, data }] of tensors) {
    if (shape.length > 1) continue;
    const isScale = /weight$|running_var$/.test(name);
    data.forEach((_, i) => {
      data[i] = isScale ? 0.5 + random.next() : random.nextNormal() / 10;
    });
  }
  return tensors;
}

/** The same weights as the tensors of a state dict. */
export function toTensors(
  layers: readonly Layer[],
  weights: ReferenceWeights,
): NamedTensors {
  return new Map([...weightShapes(layers, 3)].map(([name, shape]) => [
    name,
    { shape, data: Float32Array.from(weights.get(name)!) },
  ]));
}

/** An image of 3 channels. */
export function makeImage(H: number, W: number): Grid {
  const random = createRandom(H * 1000 + W);
  return Array.from(
    { length: H },
    () =>
      Array.from(
        { length: W },
        () => Array.from({ length: 3 }, () => value(random)),
      ),
  );
}

/** Weights as the TensorFlow.js interpreter takes them. */
export function toLayerWeights(tensors: NamedTensors): LayerWeights {
  return new Map(
    [...tensors].map(([name, tensor]) => [name, toVariable(name, tensor)]),
  );
}
