/**
 * What a reader of Keras weights and its worker say to each other.
 *
 * @module
 */
import type { NamedTensors } from "./tensors.ts";

/** From the worker, which was sent a path: the weights, or the lines of a `CheckpointError`. */
export type KerasReply =
  | { tensors: NamedTensors }
  | { error: { what: string; where: string; fix: string } };
