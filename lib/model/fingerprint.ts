/**
 * A short text that two models share only if their encoders compute the same.
 *
 * @module
 */
import type { Model } from "./model.ts";

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
  const digests = [
    await digest(
      new TextEncoder().encode(JSON.stringify([layers, normalization, more])),
    ),
  ];
  for (const [name, { data }] of await model.exportTensors()) {
    if (name.startsWith("pool.")) continue;
    digests.push(
      await digest(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      ),
    );
  }
  return (await digest(new TextEncoder().encode(digests.join()))).slice(0, 16);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
