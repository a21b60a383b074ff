/**
 * PyTorch's `.pth` and `.pth.tar` files, read without running anything they contain.
 *
 * @module
 */
import { isDict, type PickleDict } from "../../pickle_values.ts";
import { readContainer } from "./pth_container.ts";
import { createPthRules } from "./pth_rules.ts";
import { openPth, PthTensor, type TypedStorage } from "./pth_tensor.ts";
import type { NamedTensors } from "./tensors.ts";

/**
 * Reads what `torch.save` wrote, in either of its containers.
 *
 * @returns Dicts as objects without prototype, lists and tuples as arrays, NumPy numbers as
 * numbers, its arrays as `NumpyArray`, and tensors as `PthTensor`, whose numbers
 * are read from the file when asked for.
 * @throws {CheckpointError} If the file is not there, is cut short or malformed, or refers to
 * Python code beyond tensors, dicts and numbers.
 */
export function readPth(path: string): unknown {
  using file = openPth(path);
  const storages = new Map<string, TypedStorage>();
  return readContainer(file, createPthRules(file, storages), storages);
}

/** Reads the tensors of a dict, without the `module` that `DataParallel` puts in names. */
export function readTensors(dict: PickleDict): NamedTensors {
  const tensors: NamedTensors = new Map();
  for (const [fullName, tensor] of Object.entries(dict)) {
    const name = stripModule(fullName);
    if (!(tensor instanceof PthTensor)) continue;
    tensors.set(name, { shape: tensor.shape, data: tensor.read() });
  }
  return tensors;
}

/** A parameter's name without the parts that `DataParallel` adds. */
export function stripModule(name: string): string {
  return name.split(".").filter((part) => part !== "module").join(".");
}

/** What checkpoints have their state dict under: pytorch-NetVlad's, and those of deep-visual-geo-localization-benchmark. */
const STATE_DICTS = ["state_dict", "model_state_dict"];

/**
 * The state dict in what `readPth` gave: the content itself, or what it has under `state_dict` or `model_state_dict`.
 *
 * @throws {CheckpointError} If there is none with tensors.
 */
export function findStateDict(path: string, content: unknown): PickleDict {
  const key = isDict(content) && STATE_DICTS.find((key) => key in content);
  const inner = key ? (content as PickleDict)[key] : content;
  const isFound = isDict(inner) &&
    Object.values(inner).some((value) => value instanceof PthTensor);
  if (isFound) return inner;
  using file = openPth(path);
  throw file.fail("it has no state dict with tensors");
}
