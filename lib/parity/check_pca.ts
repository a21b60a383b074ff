/**
 * Golden cases of PCA whitening. The sign of each component is free.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import * as tf from "../engine/tf.ts";
import { cropWhitening, whiten, type Whitening } from "../model/whitening.ts";
import { drain } from "../progress.ts";
import { rowsInMemory } from "../search/descriptor_rows.ts";
import { fitWhitening } from "../whiten/fit_whitening.ts";
import { takeValues } from "./channel_order.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/** Fits a whitening to descriptors X `[n, D]` and applies it to others T. */
export async function checkPca(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("X", "T");
  const P = golden.number("pcaDim");
  const [, D = 0] = golden.read("X").shape;
  const rows = rowsInMemory(golden.float32("X"), D);
  const fit = { length: P, whiten: golden.notes.scalars.whiten === true };
  const { variances, mean, ...fitted } = await drain(
    fitWhitening(engine, rows, fit),
  );
  const signs = findSigns(fitted, golden.float32("projection"));
  const whitening = turn(fitted, signs);
  const { projection, offset } = whitening;

  results.compare("eigenvalues", variances);
  results.compare("mean", mean);
  results.compare("U", toUnitRows(projection.data, D));
  results.compare("projection", projection.data);
  results.compare("bias", offset.data);

  const given = golden.float32("T");
  const descriptors = tf.tensor2d(given, [given.length / D, D]);
  const linear = tf.tidy(() =>
    tf.add(
      tf.matMul(descriptors, tf.tensor2d(projection.data, [P, D]), false, true),
      tf.tensor1d(offset.data),
    )
  );
  const whitened = await takeValues(whiten(descriptors, whitening));
  const half = cropWhitening(whitening, P / 2);
  const cropped = await takeValues(whiten(descriptors, half));
  descriptors.dispose();
  results.compare("Y", await takeValues(linear));
  results.compare("Z", whitened);
  results.compare("Z_gram", multiplyRows(whitened, P));
  results.compare("Z_crop_gram", multiplyRows(cropped, P / 2));
}

/** 1 or −1 for each component: as the expected one has it. */
function findSigns(
  { projection }: Whitening,
  expected: Float32Array,
): number[] {
  const [P = 0, D = 0] = projection.shape;
  return Array.from({ length: P }, (_, p) => {
    let sum = 0;
    for (let i = p * D; i < (p + 1) * D; i++) {
      sum += projection.data[i]! * expected[i]!;
    }
    return Math.sign(sum);
  });
}

function turn({ projection, offset }: Whitening, signs: number[]): Whitening {
  const D = projection.shape[1]!;
  return {
    projection: {
      ...projection,
      data: projection.data.map((value, i) =>
        value * signs[Math.floor(i / D)]!
      ),
    },
    offset: {
      ...offset,
      data: offset.data.map((value, i) => value * signs[i]!),
    },
  };
}

function toUnitRows(rows: Float32Array, length: number): number[] {
  return Array.from({ length: rows.length / length }, (_, i) => {
    const row = [...rows.subarray(i * length, (i + 1) * length)];
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  }).flat();
}

/** All dot products of some rows. */
function multiplyRows(rows: Float32Array, length: number): number[] {
  const count = rows.length / length;
  return Array.from({ length: count * count }, (_, at) => {
    const [a, b] = [Math.floor(at / count) * length, at % count * length];
    let sum = 0;
    for (let i = 0; i < length; i++) sum += rows[a + i]! * rows[b + i]!;
    return sum;
  });
}
