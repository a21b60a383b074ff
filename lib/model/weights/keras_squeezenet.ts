/**
 * SqueezeNet 1.1 from the Keras weights of DeepCognition/keras-squeezenet.
 *
 * Keras keeps kernels as height × width × in × out, and these were trained on images in
 * the order blue, green, red, minus a mean. They are turned into torchvision's names and
 * layout, with the first kernel's channels reversed, so that images stay red, green, blue.
 *
 * Source: github.com/DeepCognition/keras-squeezenet (MIT); torchvision, models/squeezenet.py.
 *
 * @module
 */
import { CheckpointError } from "../../errors.ts";
import { type Hdf5File, openHdf5 } from "../../hdf5.ts";
import { toFloat32 } from "../../number_types.ts";
import { toRowMajor } from "../../strided.ts";
import type { NamedTensor, NamedTensors } from "./tensors.ts";

/** Mean of the pixels, 0 to 255, red green blue; it is subtracted and nothing is divided. */
export const KERAS_SQUEEZENET_MEAN: readonly [number, number, number] = [
  123.68,
  116.779,
  103.939,
];

/** Index in torchvision's `features` of each fire module. */
const FIRE_INDICES: ReadonlyMap<string, number> = new Map([
  ["fire2", 3],
  ["fire3", 4],
  ["fire4", 6],
  ["fire5", 7],
  ["fire6", 9],
  ["fire7", 10],
  ["fire8", 11],
  ["fire9", 12],
]);

/** Keras layer and torchvision name of each part of a fire module. */
const FIRE_PARTS: readonly (readonly [string, string])[] = [
  ["squeeze1x1", "squeeze"],
  ["expand1x1", "expand1x1"],
  ["expand3x3", "expand3x3"],
];

/**
 * Reads the encoder weights.
 *
 * @returns `features.0.weight` `[64, 3, 3, 3]`, `features.3.squeeze.weight` … to fire module 9.
 * @throws {CheckpointError} If the file is not there or lacks a layer; all that lack are named.
 */
export async function readKerasSqueezenet(path: string): Promise<NamedTensors> {
  using file = await openHdf5(path);
  const layers = listLayers();
  const lacking = [...layers.keys()].filter((layer) =>
    weightNames(file, layer).length !== 2
  );
  if (lacking.length > 0) {
    throw wordFailure(path, `no kernel and bias for ${lacking.join(", ")}`);
  }
  const tensors: NamedTensors = new Map();
  for (const [layer, target] of layers) {
    const [kernel, bias] = weightNames(file, layer).map((name) =>
      file.readDataset(`${layer}/${name}`)
    );
    if (kernel!.shape.length !== 4) {
      throw wordFailure(path, `the kernel of ${layer} is [${kernel!.shape}]`);
    }
    const data = toFloat32(kernel!.data);
    const isFirst = layer === "conv1";
    tensors.set(`${target}.weight`, turnKernel(data, kernel!.shape, isFirst));
    tensors.set(`${target}.bias`, {
      shape: bias!.shape,
      data: toFloat32(bias!.data),
    });
  }
  return tensors;
}

/** What each tensor is in the file, by its name here: `features.0.weight` is the `conv1 kernel`. */
export function nameInKeras(): Map<string, string> {
  const names = [...listLayers()].flatMap(([layer, target]) =>
    [
      [`${target}.weight`, `${layer} kernel`],
      [`${target}.bias`, `${layer} bias`],
    ] as const
  );
  return new Map(names);
}

/** Torchvision's name of every Keras layer with weights. */
function listLayers(): Map<string, string> {
  const layers = new Map([["conv1", "features.0"]]);
  for (const [fire, index] of FIRE_INDICES) {
    for (const [layer, part] of FIRE_PARTS) {
      layers.set(`${fire}/${layer}`, `features.${index}.${part}`);
    }
  }
  return layers;
}

function weightNames(file: Hdf5File, layer: string): string[] {
  const names = file.readAttribute(layer, "weight_names");
  return Array.isArray(names) ? names.map(String) : [];
}

/**
 * Turns a kernel from `[h, w, in, out]` to `[out, in, h, w]`.
 *
 * @param isReversed Whether the input channels change their order.
 */
function turnKernel(
  data: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  isReversed: boolean,
): NamedTensor {
  const [height, width, numIn, numOut] = shape as [
    number,
    number,
    number,
    number,
  ];
  const turned = [numOut, numIn, height, width];
  const strides = [1, numOut, width * numIn * numOut, numIn * numOut];
  const offset = isReversed ? (numIn - 1) * numOut : 0;
  if (isReversed) strides[1] = -numOut;
  const layout = { offset, shape: turned, strides };
  return { shape: turned, data: toFloat32(toRowMajor(data, "f4", layout)) };
}

function wordFailure(path: string, reason: string): CheckpointError {
  return new CheckpointError("Cannot read Keras weights of SqueezeNet 1.1", {
    where: `${path} (${reason})`,
    fix: "give squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5, or " +
      "weights as .pth or .safetensors",
  });
}
