/**
 * Whole checkpoints of pytorch-NetVlad as plain data: weights, results and optimizer.
 *
 * Source: Nanne/pytorch-NetVlad, main.py (`save_checkpoint`); pytorch/pytorch,
 * torch/optim/optimizer.py (`state_dict`).
 *
 * @module
 */
import { isDict, type PickleDict } from "../../pickle_values.ts";
import { findStateDict, readPth, readTensors } from "./pth.ts";
import { openPth, PthTensor } from "./pth_tensor.ts";
import type { NamedTensors } from "./tensors.ts";

/** What a checkpoint of pytorch-NetVlad holds; a mere state dict has tensors only. */
export interface TorchCheckpoint {
  /** Parameters in the order of the file, without the `module` of `DataParallel`. */
  tensors: NamedTensors;
  /** Epochs that are done. */
  epoch?: number;
  /** Largest Recall@5 so far. */
  bestScore?: number;
  /** Recall@N of the epoch by N. */
  recalls?: Record<string, number>;
  /** Whether the model was wrapped in `DataParallel`. */
  parallel?: boolean;
  optimizer?: TorchOptimizer;
}

/** An optimizer as `state_dict()` gives it. */
export interface TorchOptimizer {
  /** By the options of its groups, which are there before its first step. */
  kind: "sgd" | "adam" | "unknown";
  groups: TorchParameterGroup[];
  /**
   * What it remembers of each parameter, by its number in the groups. There is nothing of
   * a parameter before its first step.
   */
  state: Map<number, TorchParameterState>;
}

/** Parameters that are moved with the same options. */
export interface TorchParameterGroup {
  /** Numbers of the parameters: counted from 0, or any before PyTorch 1.5. */
  params: number[];
  /** `lr`, `momentum`, `weight_decay` and so on; `betas` is a list. */
  options: Record<string, TorchOption>;
}

/** An option of a group. */
export type TorchOption = TorchScalar | TorchScalar[];
type TorchScalar = number | boolean | string | null;

/** What an optimizer remembers of one parameter. */
export interface TorchParameterState {
  /** Steps made; SGD does not count them. */
  step?: number;
  /** `momentum_buffer`, or `exp_avg` and `exp_avg_sq`, in the shape of the parameter. */
  buffers: NamedTensors;
}

/**
 * Reads a checkpoint of pytorch-NetVlad, or a state dict, from either container of `torch.save`.
 *
 * @throws {CheckpointError} As `readPth`, if there are no weights, and if an entry is not what
 * pytorch-NetVlad writes under its name.
 */
export function readTorchCheckpoint(path: string): TorchCheckpoint {
  const content = readPth(path);
  const stateDict = findStateDict(path, content);
  const tensors = readTensors(stateDict);
  if (stateDict === content || !isDict(content)) return { tensors };
  const expect: Expect = (isSound, reason) => {
    if (isSound) return;
    using file = openPth(path);
    throw file.fail(reason);
  };
  const { epoch, best_score: bestScore, recalls, parallel, optimizer } =
    content;
  return {
    tensors,
    ...(isThere(epoch) && { epoch: toNumber(expect, "epoch", epoch) }),
    ...(isThere(bestScore) &&
      { bestScore: toNumber(expect, "best_score", bestScore) }),
    ...(isThere(recalls) && { recalls: parseRecalls(expect, recalls) }),
    ...(isThere(parallel) && { parallel: parallel === true }),
    ...(isThere(optimizer) && { optimizer: parseOptimizer(expect, optimizer) }),
  };
}

/** Throws the file's error with a reason, unless what it holds is sound. */
type Expect = (isSound: boolean, reason: string) => asserts isSound;

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A number, or a tensor of one. */
function toNumber(expect: Expect, name: string, value: unknown): number {
  const isOne = value instanceof PthTensor &&
    value.shape.every((size) => size === 1);
  const number = isOne ? value.read()[0] : value;
  expect(typeof number === "number", `its ${name} is not a number`);
  return number;
}

function parseRecalls(
  expect: Expect,
  recalls: unknown,
): Record<string, number> {
  expect(isDict(recalls), "its recalls are not a dict");
  const entries = Object.entries(recalls).map(([n, recall]) =>
    [n, toNumber(expect, "recall", recall)] as const
  );
  return Object.fromEntries(entries);
}

function parseOptimizer(expect: Expect, optimizer: unknown): TorchOptimizer {
  expect(isDict(optimizer), "its optimizer is not a dict");
  const { param_groups: groups, state } = optimizer;
  expect(
    Array.isArray(groups) && groups.length > 0 && groups.every(isDict) &&
      isDict(state),
    "its optimizer has no param_groups or no state",
  );
  return {
    kind: nameKind(groups[0]!),
    groups: groups.map((group) => parseGroup(expect, group)),
    state: new Map(
      Object.entries(state).map(([key, value]) => {
        expect(isDict(value), "its optimizer remembers what is not a dict");
        const number = Number(key);
        expect(Number.isInteger(number), "its optimizer has an odd parameter");
        return [number, parseState(expect, value)];
      }),
    ),
  };
}

function nameKind(group: PickleDict): TorchOptimizer["kind"] {
  if ("betas" in group) return "adam";
  return "nesterov" in group ? "sgd" : "unknown";
}

function parseGroup(
  expect: Expect,
  { params, ...rest }: PickleDict,
): TorchParameterGroup {
  expect(isNumbers(params), "its optimizer does not number its parameters");
  const options = Object.entries(rest).map(([name, value]) => {
    const plain = value instanceof PthTensor
      ? toNumber(expect, name, value)
      : value;
    expect(isOption(plain), `its optimizer has an odd ${name}`);
    return [name, plain] as const;
  });
  return { params, options: Object.fromEntries(options) };
}

function isOption(value: unknown): value is TorchOption {
  return Array.isArray(value) ? value.every(isScalar) : isScalar(value);
}

function isScalar(value: unknown): value is TorchScalar {
  return value === null ||
    ["number", "boolean", "string"].includes(typeof value);
}

function parseState(expect: Expect, state: PickleDict): TorchParameterState {
  const { step, ...buffers } = state;
  return {
    ...(isThere(step) && { step: toNumber(expect, "step", step) }),
    buffers: readTensors(buffers),
  };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => typeof n === "number");
}
