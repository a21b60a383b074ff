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

/** Dimensions of a tensor at most: those of a network have four. */
const MAX_RANK = 16;

/**
 * Bytes that may be read of a file's tensors, all together: no more than it holds, twice over
 * for weights that are tied, and a little for numbers that are repeated. Without a limit, a
 * small file has any number of tensors on one storage.
 */
const MAX_READ_BYTES = { perFileByte: 2, besides: 2 ** 26 };

/** What is left of that for the tensors of one file. */
export interface ReadAllowance {
  bytesLeft: number;
}

/** The allowance of a file of which nothing has been read. */
export function createReadAllowance({ size }: FileBytes): ReadAllowance {
  const { perFileByte, besides } = MAX_READ_BYTES;
  return { bytesLeft: perFileByte * size + besides };
}

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
  readonly #allowance: ReadAllowance;

  /**
   * @param allowance That of all tensors of the file.
   * @throws {CheckpointError} If the tensor reaches beyond its storage.
   */
  constructor(file: FileBytes, layout: TensorLayout, allowance: ReadAllowance) {
    checkLayout(file, layout);
    this.#path = file.path;
    this.#layout = layout;
    this.#allowance = allowance;
  }

  get shape(): number[] {
    return [...this.#layout.shape];
  }

  /**
   * Reads its numbers, row-major whatever their order in the file; the caller owns them.
   *
   * @throws {CheckpointError} If the file is no longer there or became shorter, or if more
   * is read of its tensors than it holds.
   */
  read(): Float32Array<ArrayBuffer> {
    using file = openPth(this.#path);
    const { storage, offset, shape } = this.#layout;
    const span = countSpan(this.#layout);
    this.#allowance.bytesLeft -= storage.bytesPerNumber *
      Math.max(span, countElements(shape));
    if (this.#allowance.bytesLeft < 0) {
      throw file.fail("its tensors take more than it holds");
    }
    const bytes = file.read(
      storage.at + offset * storage.bytesPerNumber,
      span * storage.bytesPerNumber,
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
  if (shape.length > MAX_RANK || strides.length !== shape.length) {
    throw file.fail(
      `a tensor has ${shape.length} sizes and ${strides.length} strides`,
    );
  }
  const sizes = [offset, ...shape, ...strides, countElements(shape)];
  const isSound = sizes.every((size) =>
    Number.isSafeInteger(size) && size >= 0
  );
  if (!isSound || !(offset + countSpan(layout) <= storage.numElements)) {
    throw file.fail(
      `a tensor [${shape.join(", ")}] reaches beyond storage ${storage.key}`,
    );
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
