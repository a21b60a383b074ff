/**
 * The few Python names that a checkpoint may refer to, and the data they stand for.
 *
 * Source: pytorch/pytorch, torch/_utils.py (`_rebuild_tensor_v2`) and
 * torch/serialization.py (persistent ids).
 *
 * @module
 */
import type { FileBytes } from "../../file_bytes.ts";
import type { NumberType } from "../../number_types.ts";
import {
  applyNumpyState,
  numpyArrayNames,
  numpyNumberNames,
} from "../../numpy_pickle.ts";
import type { PickleRules } from "../../pickle.ts";
import { createDict, PickleGlobal } from "../../pickle_values.ts";
import { createReadAllowance, PthTensor, TypedStorage } from "./pth_tensor.ts";

const STORAGE_TYPES: ReadonlyMap<string, NumberType> = new Map([
  ["torch.DoubleStorage", "f8"],
  ["torch.FloatStorage", "f4"],
  ["torch.HalfStorage", "f2"],
  ["torch.BFloat16Storage", "bf2"],
  ["torch.LongStorage", "i8"],
  ["torch.IntStorage", "i4"],
  ["torch.ShortStorage", "i2"],
  ["torch.CharStorage", "i1"],
  ["torch.ByteStorage", "u1"],
  ["torch.BoolStorage", "b1"],
]);

/**
 * Makes the rules for the pickle of one file.
 *
 * @param storages Filled with the storages that the pickle refers to, by key.
 */
export function createPthRules(
  file: FileBytes,
  storages: Map<string, TypedStorage>,
): PickleRules {
  const allowance = createReadAllowance(file);
  const rebuildTensor = (...args: unknown[]): PthTensor => {
    const [storage, offset, shape, strides] = args;
    const isSound = storage instanceof TypedStorage &&
      typeof offset === "number" && isNumbers(shape) && isNumbers(strides);
    if (!isSound) throw file.fail("a tensor has no storage, shape or strides");
    const layout = { storage, offset, shape, strides };
    return new PthTensor(file, layout, allowance);
  };
  return {
    globals: new Map<string, ((...args: unknown[]) => unknown) | null>([
      ["collections.OrderedDict", (pairs) => createOrderedDict(file, pairs)],
      ["torch._utils._rebuild_tensor_v2", rebuildTensor],
      ...numpyNumberNames(file),
      ...numpyArrayNames(),
      ...[...STORAGE_TYPES.keys()].map((name) => [name, null] as const),
    ]),
    resolveId: (id) => resolveStorage(file, storages, id),
    applyState: (object, state) => applyNumpyState(file, object, state),
  };
}

/** @param id `("storage", type, key, device, elements, view)`; views are of PyTorch before 0.4. */
function resolveStorage(
  file: FileBytes,
  storages: Map<string, TypedStorage>,
  id: unknown,
): TypedStorage {
  const [kind, global, key, , numElements, view] = Array.isArray(id) ? id : [];
  const type = global instanceof PickleGlobal
    ? STORAGE_TYPES.get(global.name)
    : undefined;
  const isSound = kind === "storage" && type !== undefined &&
    typeof key === "string" && Number.isSafeInteger(numElements) &&
    numElements >= 0 && (view === undefined || view === null);
  if (!isSound) throw file.fail("a storage is not described as PyTorch does");

  const known = storages.get(key);
  if (known !== undefined) {
    if (known.type === type && known.numElements === numElements) return known;
    throw file.fail(`storage ${key} is described in two ways`);
  }
  const storage = new TypedStorage(key, type, numElements);
  storages.set(key, storage);
  return storage;
}

/** Python 2 gives its items at once, as pairs; Python 3 sets them afterwards. */
function createOrderedDict(file: FileBytes, pairs: unknown = []): unknown {
  const isPairs = Array.isArray(pairs) &&
    pairs.every((pair) => Array.isArray(pair) && typeof pair[0] === "string");
  if (!isPairs) throw file.fail("an OrderedDict is not made of pairs");
  return createDict(pairs);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => typeof n === "number");
}
