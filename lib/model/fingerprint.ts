/**
 * A short text that two models share only if they compute the same.
 *
 * @module
 */
import type { Model } from "./model.ts";
import type { OnnxDescriber } from "./onnx_describer.ts";
import type { NamedTensors } from "./weights/tensors.ts";
import { nameWhitening } from "./weights/whitening_file.ts";

/** What describes images, and can be told from others. */
export type KnownDescriber = Model | OnnxDescriber;

/**
 * Fingerprints the encoder of a model and whatever else its user names.
 *
 * @param more Anything that JSON can hold.
 * @returns 16 hexadecimal digits.
 */
export async function fingerprintModel(
  model: Model,
  more: unknown,
): Promise<string> {
  const { layers, normalization } = model.network;
  const digests = [await digestJson([layers, normalization, more])];
  for (const [name, { data }] of await model.exportTensors()) {
    if (!name.startsWith("features.")) continue;
    digests.push(await digestNumbers(data));
  }
  return (await digest(new TextEncoder().encode(digests.join()))).slice(0, 16);
}

/**
 * Fingerprints all that decides a descriptor: encoder and head of a model, or an ONNX file
 * and how it is used; the whitening; and whatever else its user names.
 *
 * @param more Anything that JSON can hold.
 * @returns 16 hexadecimal digits.
 */
export async function fingerprintDescriber(
  describer: KnownDescriber,
  more: unknown,
): Promise<string> {
  if ("sha256" in describer) {
    const { sha256, input, output, whitening } = describer;
    const last = whitening && await digestTensors(nameWhitening(whitening));
    return (await digestJson([sha256, input, output, last, more])).slice(0, 16);
  }
  const { weights: _, ...options } = describer.options;
  const tensors = [...await describer.exportTensors()];
  const rest = tensors.filter(([name]) => !name.startsWith("features."));
  const head = await digestTensors(new Map(rest));
  return await fingerprintModel(describer, [options, head, more]);
}

/** Names and digests. */
async function digestTensors(tensors: NamedTensors): Promise<string[]> {
  const digests: string[] = [];
  for (const [name, { data }] of tensors) {
    digests.push(name, await digestNumbers(data));
  }
  return digests;
}

function digestJson(value: unknown): Promise<string> {
  return digest(new TextEncoder().encode(JSON.stringify(value)));
}

function digestNumbers(data: Float32Array<ArrayBuffer>): Promise<string> {
  return digest(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
