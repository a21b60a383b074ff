import * as tf from "../../lib/engine/tf.ts";
import type { CgdReferenceParams } from "../../lib/model/cgd_reference.ts";

/** Features with parameters of CGD, as lists and as tensors. */
export interface CgdCase {
  letters: string;
  /** `[N][H][W][D]`, all different, some negative. */
  features: number[][][][];
  lists: CgdReferenceParams;
  /** Tensors of the lists as they are now, by name. */
  params(): Map<string, tf.Tensor>;
}

/** Four images of 2 x 3 positions with 3 channels, two values for each letter, two classes. */
export function makeCgdCase(letters: string): CgdCase {
  const row = (length: number, seed: number): number[] =>
    Array.from({ length }, (_, i) => Math.fround(Math.sin(5 * i + seed)));
  const rows = (count: number, length: number, seed: number): number[][] =>
    Array.from({ length: count }, (_, i) => row(length, 3 * i + seed));
  const lists = {
    main: [...letters].map((_, i) => rows(2, 3, i)),
    scale: row(3, 2).map((value) => 1 + value / 2),
    offset: row(3, 4),
    weights: rows(2, 3, 6),
    biases: row(2, 8),
  };
  return {
    letters,
    features: Array.from(
      { length: 4 },
      (_, n) => Array.from({ length: 2 }, (_, y) => rows(3, 3, 7 * n + y)),
    ),
    lists,
    params: () =>
      new Map<string, tf.Tensor>([
        ...lists.main.map((matrix, i) =>
          [`main_modules.${i}.0.weight`, tf.tensor2d(matrix)] as const
        ),
        ["auxiliary_module.0.weight", tf.tensor1d(lists.scale)],
        ["auxiliary_module.0.bias", tf.tensor1d(lists.offset)],
        ["auxiliary_module.1.weight", tf.tensor2d(lists.weights)],
        ["auxiliary_module.1.bias", tf.tensor1d(lists.biases)],
      ]),
  };
}
