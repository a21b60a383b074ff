/**
 * A training split as images with classes: places are classes too.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { DatasetError } from "../errors.ts";
import { note, type NoteEvent } from "../progress.ts";
import type { ClassTrainOptions } from "./class_options.ts";

/** Images and their classes. */
export interface LabeledImages {
  /** Paths of the database images, then of the queries where they are others, `[N]`. */
  paths: readonly string[];
  /** Class of each image, from 0, `[N]`. */
  labels: readonly number[];
  /** How many classes there are. */
  numClasses: number;
}

/** How places become classes. */
export type LabelOptions = Pick<ClassTrainOptions, "classCellMeters">;

/**
 * Gives every image of a split a class.
 *
 * Positions in metres are in square cells, frames in runs whose frames are all within
 * the evaluation radius of each other. Images that are alone in their class are left
 * out: nothing can be learned to be like them.
 *
 * @yields Notes on what the classes are, and on what was left out.
 * @returns Classes are numbered in the order in which they come.
 * @throws {DatasetError} If there are fewer than two classes of two or more images.
 *
 * Source: cells: Berton et al., Rethinking visual geo-localization for large-scale
 * applications (CosPlace), CVPR 2022, section 3.1, without headings.
 */
export function* labelImages(
  dataset: PlaceDataset,
  options: LabelOptions,
): Generator<NoteEvent, LabeledImages> {
  const { database, queries } = dataset;
  const nameClass = chooseClasses(dataset, options);
  const sides = queries === database ? [database] : [database, queries];
  const images = sides.flatMap(({ paths, eastMeters, northMeters }) =>
    paths.map((path, i) => ({
      path,
      name: nameClass(eastMeters[i]!, northMeters[i]!),
    }))
  );
  const byClass = Map.groupBy(images, ({ name }) => name);
  const names = [...byClass].filter(([, { length }]) => length > 1)
    .map(([name]) => name);
  if (names.length < 2) throw tooFew(dataset, names.length);
  const numbers = new Map(names.map((name, number) => [name, number]));
  const kept = images.filter(({ name }) => numbers.has(name));
  const left = images.length - kept.length;
  yield note(
    `learning ${names.length} ${
      nameClasses(dataset, options)
    } from ${kept.length} images`,
  );
  if (left > 0) {
    yield note(
      `${left} of ${images.length} training images are alone in their class; they are left out`,
    );
  }
  return {
    paths: kept.map(({ path }) => path),
    labels: kept.map(({ name }) => numbers.get(name)!),
    numClasses: names.length,
  };
}

/**
 * Counts the classes of a training split: `cgdClasses` of the model to be trained on it.
 *
 * @throws {DatasetError} As `labelImages`.
 */
export function countClasses(
  dataset: PlaceDataset,
  options: LabelOptions,
): number {
  const events = labelImages(dataset, options);
  while (true) {
    const { value, done } = events.next();
    if (done) return value.numClasses;
  }
}

/** The class at a position. */
function chooseClasses(
  { unit, positiveRadius, name, split }: PlaceDataset,
  { classCellMeters }: LabelOptions,
): (east: number, north: number) => string {
  switch (unit) {
    case "classes":
      return String;
    case "meters":
      return (east, north) =>
        `${Math.floor(east / classCellMeters)},${
          Math.floor(north / classCellMeters)
        }`;
    case "frames":
      return (frame) => String(Math.floor(frame / runLength(positiveRadius)));
    default:
      throw new DatasetError("Cannot tell the classes of a dataset", {
        where: `${name}, split ${split}, which only lists what is right`,
        fix: "train on a dataset of classes, positions or frames",
      });
  }
}

/** Frames that are all within a radius of each other. */
function runLength(positiveRadius: number): number {
  return Math.floor(positiveRadius) + 1;
}

function nameClasses(
  { unit, positiveRadius }: PlaceDataset,
  { classCellMeters }: LabelOptions,
): string {
  if (unit === "classes") return "classes";
  return unit === "meters"
    ? `cells of ${classCellMeters} x ${classCellMeters} m`
    : `runs of ${runLength(positiveRadius)} frames`;
}

function tooFew(
  { name, split, unit }: PlaceDataset,
  count: number,
): DatasetError {
  const fixes: Partial<Record<PlaceDataset["unit"], string>> = {
    meters: "set classCellMeters to another length, or add images",
    frames: "set frameTolerance to another number, or add images",
  };
  return new DatasetError("Cannot train on fewer than two classes", {
    where: `${name}, split ${split}: classes of two or more images: ${count}`,
    fix: fixes[unit] ?? "add images of other classes",
  });
}
