/**
 * Tensors of a `.pth` file, left in the file until they are read.
 *
 * @module
 */
import { type FileBytes, openFileBytes } from "../../file_bytes.ts";
import {
  countElements,
  decodeNumbers,
  numberBytes,
  type NumberType,
  toFloat32,
} from "../../number_types.ts";
import { type Strided, toRowMajor } from "../../strided.ts";
import type { Storage } from "./pth_container.ts";

/** Elements of a tensor that repeats the numbers of its storage, at most. */
const MAX_REPEATED_ELEMENTS = 2 ** 24;

/** Numbers that one or several tensors look at. */
export class TypedStorage implements Storage {
  at = NaN;
  constructor(
    readonly key: string,
    readonly type: NumberType,
    readonly numElements: number,
  ) {}

  get bytesPerNumber(): number {
    return numberBytes(this.type);
  }
}

/** Which numbers of a storage a tensor consists of; offset and strides count elements. */
export interface TensorLayout extends Strided {
  storage: TypedStorage;
}

/** A tensor in a `.pth` file; its numbers stay there until they are read. */
export class PthTensor {
  readonly #path: string;
  readonly #layout: TensorLayout;

  /**
   * @throws {CheckpointError} If the tensor reaches beyond its storage.
   */
  constructor(file: FileBytes, layout: TensorLayout) {
    checkLayout(file, layout);
    this.#path = file.path;
    this.#layout = layout;
  }

  get shape(): number[] {
    return [...this.#layout.shape];
  }

  /**
   * Reads its numbers, row-major whatever their order in the file; the caller owns them.
   *
   * @throws {CheckpointError} If the file is no longer there or became shorter.
   */
  read(): Float32Array<ArrayBuffer> {
    using file = openPth(this.#path);
    const { storage, offset } = this.#layout;
    const bytes = file.read(
      storage.at + offset * storage.bytesPerNumber,
      countSpan(this.#layout) * storage.bytesPerNumber,
    );
    const numbers = decodeNumbers(bytes, storage.type);
    if (isRowMajor(this.#layout)) return toFloat32(numbers);
    const layout = { ...this.#layout, offset: 0 };
    return toFloat32(toRowMajor(numbers, storage.type, layout));
  }
}

/** Opens a `.pth` file with the errors that belong to it. */
export function openPth(path: string): FileBytes {
  return openFileBytes(path, {
    what: "Cannot read a PyTorch checkpoint",
    fix: "copy the file again, or save it again with " +
      "torch.save(model.state_dict(), FILE)",
  });
}

function checkLayout(file: FileBytes, layout: TensorLayout): void {
  const { storage, offset, shape, strides } = layout;
  const sizes = [offset, ...shape, ...strides];
  const isSound = shape.length === strides.length &&
    sizes.every((size) => Number.isSafeInteger(size) && size >= 0);
  const span = countSpan(layout);
  if (!isSound || !(offset + span <= storage.numElements)) {
    throw file.fail(
      `a tensor [${shape.join(", ")}] reaches beyond storage ${storage.key}`,
    );
  }
  if (countElements(shape) > Math.max(span, MAX_REPEATED_ELEMENTS)) {
    throw file.fail(`a tensor [${shape.join(", ")}] repeats few numbers`);
  }
}

/** Elements of the storage from the first to the last of the tensor. */
function countSpan({ shape, strides }: TensorLayout): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, i) => span + (size - 1) * strides[i]!, 1);
}

function isRowMajor({ shape, strides }: TensorLayout): boolean {
  return shape.every((size, i) =>
    size === 1 || strides[i] === countElements(shape.slice(i + 1))
  );
}
