import { openHdf5 } from "../../lib/hdf5.ts";
import * as tf from "../../lib/engine/tf.ts";
import type { RegionScale } from "../../lib/model/rmac.ts";
import {
  type ModelOptions,
  resolveModelOptions,
} from "../../lib/model/options.ts";
import { toVariable } from "../../lib/model/parameters.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import cases from "../golden/aggregators/cases.json" with { type: "json" };

/** Numbers of the golden file, `[N, D, H, W]` for features. */
export interface GoldenNumbers {
  shape: number[];
  data: Float64Array;
}

/** An aggregation layer with what it gives for the features of the golden file. */
export interface GoldenHead {
  /** What it is, for people. */
  name: string;
  options: Readonly<ModelOptions>;
  params: NamedTensors;
  descriptors: GoldenNumbers;
  /** Of Σ descriptors · cos(0, 1, …) in the features. */
  gradient: GoldenNumbers;
  /** The same in the parameters, by name. */
  gradients: Map<string, GoldenNumbers>;
}

const NUMBERS = new URL(
  "../golden/aggregators/numbers.hdf5",
  import.meta.url,
).pathname;

/** Features, and what each aggregation layer makes of them; see make_golden.py beside the numbers. */
export async function readGoldenHeads(): Promise<{
  features: GoldenNumbers;
  heads: GoldenHead[];
}> {
  using file = await openHdf5(NUMBERS);
  const names = file.listDatasets().map(({ name }) => name);
  const read = (name: string): GoldenNumbers =>
    file.readDataset(name) as GoldenNumbers;
  const readAll = (prefix: string): [string, GoldenNumbers][] =>
    names.filter((name) => name.startsWith(prefix))
      .map((name) => [name.slice(prefix.length), read(name)]);
  const heads = cases.cases.map((options, index) => ({
    name: Object.values(options).join(" "),
    options: resolveModelOptions(options as Partial<ModelOptions>),
    params: new Map(
      readAll(`${index}/params/`).map(([name, { shape, data }]) =>
        [name, { shape, data: new Float32Array(data) }] as const
      ),
    ),
    descriptors: read(`${index}/descriptors`),
    gradient: read(`${index}/gradient`),
    gradients: new Map(readAll(`${index}/gradients/`)),
  }));
  return { features: read("x"), heads };
}

/** Region grids of R-MAC by size of features and number of scales. */
export const GOLDEN_REGIONS = cases.regions.map((
  { size: [H, W], levels, scales },
) => ({
  H: H!,
  W: W!,
  levels,
  scales: (scales as [number, number[], number[]][]).map((
    [size, tops, lefts],
  ): RegionScale => ({ size, tops, lefts })),
}));

/** Features as the model has them, `[N, H, W, D]`. The caller disposes them. */
export function toFeatures({ shape, data }: GoldenNumbers): tf.Tensor4D {
  const [N, D, H, W] = shape as [number, number, number, number];
  return tf.tidy(() => {
    const channelsFirst = tf.tensor4d(Float32Array.from(data), [N, D, H, W]);
    return tf.transpose(channelsFirst, [0, 2, 3, 1]);
  });
}

/** Parameters as a model holds them. The caller disposes them. */
export function toVariables(params: NamedTensors): Map<string, tf.Variable> {
  return new Map(
    [...params].map(([name, tensor]) => [name, toVariable(name, tensor)]),
  );
}
