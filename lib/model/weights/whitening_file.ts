/**
 * Whitenings in files: alone, or in a file of weights.
 *
 * @module
 */
import { openFileBytes } from "../../file_bytes.ts";
import type { Whitening } from "../whitening.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { toWhitening } from "./sort_tensors.ts";
import type { NamedTensors } from "./tensors.ts";

/** Names of its tensors begin with it, as in Patch-NetVLAD. */
const PREFIX = "WPCA.0.";

/** The tensors of a whitening as files have them, `WPCA.0.weight` `[P, F, 1, 1]` and `WPCA.0.bias` `[P]`. */
export function nameWhitening(
  { projection, offset }: Whitening,
): NamedTensors {
  const [P = 0, F = 0] = projection.shape;
  return new Map([
    [`${PREFIX}weight`, { shape: [P, F, 1, 1], data: projection.data }],
    [`${PREFIX}bias`, offset],
  ]);
}

/** Whether a tensor is a whitening's, by its name in a file. */
export function isOfWhitening(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Reads the whitening of a safetensors file, which may hold weights besides.
 *
 * @throws {CheckpointError} If the file is not there, is damaged, or has no whitening.
 */
export function readWhitening(path: string): Whitening {
  using file = openFileBytes(path, {
    what: "Cannot read a whitening",
    fix: "give a .safetensors file that `deno task whiten` wrote",
  });
  const { tensors } = readSafetensors(path);
  const found = new Map([...tensors].filter(([name]) => isOfWhitening(name)));
  const whitening = toWhitening(file, found);
  if (whitening) return whitening;
  throw file.fail(`it has no ${PREFIX}weight`);
}

/**
 * Writes a whitening alone, as safetensors.
 *
 * @param notes Text by name that the file carries besides.
 * @throws {CheckpointError} If the file cannot be written; what was there stays.
 */
export async function writeWhitening(
  path: string,
  whitening: Whitening,
  notes: Record<string, string> = {},
): Promise<void> {
  const tensors = nameWhitening(whitening);
  await writeSafetensors(path, { tensors, metadata: notes });
}
