/**
 * PyTorch's `.pth` and `.pth.tar` files, in the container that it writes since 1.6.
 *
 * Source: pytorch/pytorch, torch/serialization.py and caffe2/serialize/inline_container.cc;
 * Nanne/pytorch-NetVlad, main.py (`save_checkpoint`).
 *
 * @module
 */
import { writePartsWhole } from "../../files.ts";
import { bytesOf, countElements } from "../../number_types.ts";
import {
  encodePickle,
  type Picklable,
  PickleCall,
  PickleId,
  PickleName,
  PickleTuple,
} from "./pickle_write.ts";
import { checkFilled, type NamedTensor, type NamedTensors } from "./tensors.ts";
import type {
  TorchCheckpoint,
  TorchOptimizer,
  TorchOption,
  TorchParameterState,
} from "./torch_checkpoint.ts";
import { makeZip, type ZipContent } from "./zip_write.ts";

const ORDERED_DICT = new PickleName("collections", "OrderedDict");
const REBUILD = new PickleName("torch._utils", "_rebuild_tensor_v2");
const FLOAT_STORAGE = new PickleName("torch", "FloatStorage");
const NO_ITEMS = new PickleTuple([]);

/** Version of the container. */
const VERSION = "3\n";

/**
 * Writes a state dict: tensors of float32 by name, in the order given. `torch.load` gives an
 * `OrderedDict`.
 *
 * @throws {ShapeError} If a tensor does not fill its shape.
 * @throws {CheckpointError} If the file cannot be written; what was there stays.
 */
export function writeTorchStateDict(
  path: string,
  tensors: NamedTensors,
): Promise<void> {
  return writePth(path, (store) => encodeTensors(tensors, store));
}

/**
 * Writes a checkpoint with the keys of pytorch-NetVlad, as far as they are known: `epoch`,
 * `state_dict`, `recalls`, `best_score`, `optimizer` and `parallel`.
 *
 * @throws {ShapeError} If a tensor does not fill its shape.
 * @throws {CheckpointError} If the file cannot be written; what was there stays.
 */
export function writeTorchCheckpoint(
  path: string,
  { tensors, epoch, recalls, bestScore, optimizer, parallel }: TorchCheckpoint,
): Promise<void> {
  return writePth(path, (store) => {
    const content = new Map<string, Picklable | undefined>([
      ["epoch", epoch],
      ["state_dict", encodeTensors(tensors, store)],
      ["recalls", recalls && encodeRecalls(recalls)],
      ["best_score", bestScore],
      ["optimizer", optimizer && encodeOptimizer(optimizer, store)],
      ["parallel", parallel],
    ]);
    return new Map(
      [...content].filter((entry): entry is [string, Picklable] =>
        entry[1] !== undefined
      ),
    );
  });
}

/** Keeps numbers for the archive, and returns the key of their storage. */
type Store = (tensor: NamedTensor) => string;

async function writePth(
  path: string,
  encode: (store: Store) => Picklable,
): Promise<void> {
  const storages: NamedTensor[] = [];
  const content = encode((tensor) => String(storages.push(tensor) - 1));
  const text = (words: string): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(words);
  const files: ZipContent[] = [
    { name: "archive/data.pkl", bytes: encodePickle(content) },
    { name: "archive/byteorder", bytes: text("little") },
    ...storages.map(({ data }, key) => ({
      name: `archive/data/${key}`,
      bytes: bytesOf(data),
    })),
    { name: "archive/version", bytes: text(VERSION) },
  ];
  await writePartsWhole(path, makeZip(path, files));
}

function encodeTensors(tensors: NamedTensors, store: Store): PickleCall {
  checkFilled(tensors);
  const items = new Map<string, Picklable>();
  for (const [name, tensor] of tensors) {
    items.set(name, encodeTensor(tensor, store));
  }
  return new PickleCall(ORDERED_DICT, NO_ITEMS, items);
}

function encodeTensor(tensor: NamedTensor, store: Store): PickleCall {
  const { shape, data } = tensor;
  const strides = shape.map((_, i) => countElements(shape.slice(i + 1)));
  const storage = new PickleId(
    new PickleTuple([
      "storage",
      FLOAT_STORAGE,
      store(tensor),
      "cpu",
      data.length,
    ]),
  );
  const noHooks = new PickleCall(ORDERED_DICT, NO_ITEMS);
  return new PickleCall(
    REBUILD,
    new PickleTuple([
      ...[storage, 0, new PickleTuple(shape), new PickleTuple(strides)],
      ...[false, noHooks],
    ]),
  );
}

function encodeRecalls(recalls: Record<string, number>): Picklable {
  return new Map(
    Object.entries(recalls).map(([n, recall]) => [Number(n), recall]),
  );
}

function encodeOptimizer(
  { groups, state }: TorchOptimizer,
  store: Store,
): Picklable {
  return new Map<string, Picklable>([
    [
      "state",
      new Map(
        [...state].map(([key, value]) => [key, encodeState(value, store)]),
      ),
    ],
    [
      "param_groups",
      groups.map(({ options, params }) =>
        new Map<string, Picklable>([
          ...Object.entries(options).map(([name, value]) =>
            [name, encodeOption(value)] as const
          ),
          ["params", params],
        ])
      ),
    ],
  ]);
}

function encodeOption(option: TorchOption): Picklable {
  return Array.isArray(option) ? new PickleTuple(option) : option;
}

function encodeState(
  { step, buffers }: TorchParameterState,
  store: Store,
): Picklable {
  const items = new Map<string, Picklable>();
  if (step !== undefined) items.set("step", step);
  for (const [name, tensor] of buffers) {
    items.set(name, encodeTensor(tensor, store));
  }
  return items;
}
