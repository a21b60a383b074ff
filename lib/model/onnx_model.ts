/**
 * A whole describer as one ONNX graph: from pixels to descriptors.
 *
 * @module
 */
import { encodeOnnx } from "../engine/onnx_graph.ts";
import type { Model } from "./model.ts";
import { addNode, createDraft } from "./onnx_draft.ts";
import { addHead, addWhitening } from "./onnx_head.ts";
import { addNetwork, IMAGES } from "./onnx_network.ts";
import type { ModelOptions } from "./options.ts";

/**
 * Writes a model as an ONNX graph.
 *
 * @param model Its parameters as they are now, frozen and trained, and its whitening, if it has one.
 * @returns The bytes of an ONNX file with the input `images`, float32 `[N, H, W, 3]`
 * of RGB 0-255, and the output `descriptors`, `[N, F]` as the model gives them; N, H and W are free.
 * @throws {CheckpointError} If the file would be larger than 2 GB, the limit of its format.
 */
export async function encodeOnnxModel(
  model: Model,
): Promise<Uint8Array<ArrayBuffer>> {
  const { network: { layers, normalization }, options, whitening } = model;
  const tensors = await model.exportTensors();
  const draft = createDraft();
  const features = addNetwork(draft, layers, tensors, normalization);
  const plain = addHead(draft, features, options, tensors);
  const last = whitening ? addWhitening(draft, plain, whitening) : plain;
  addNode(draft, "Identity", [last], {}, "descriptors");
  return encodeOnnx({
    name: model.name,
    inputs: [IMAGES],
    outputs: [{ name: "descriptors", shape: ["N", model.descriptorLength] }],
    ...draft,
    metadata: {
      ...describeOptions(options),
      pixels: OWN_PIXELS,
      images: "RGB 0-255, [N, H, W, 3]",
      whitened: String(whitening !== undefined),
    },
  });
}

/** What the metadata of an exported model says of its input: pixels as they are. */
export const OWN_PIXELS = "bytes";

/** What decides on the values of a model, but for its parameters. */
function describeOptions(options: ModelOptions): Record<string, string> {
  const { weights: _weights, seed: _seed, ...others } = options;
  return Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, String(value)]),
  );
}
