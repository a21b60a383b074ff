/**
 * What was found for a photo, in words that claim no more than is known.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { findSimilarQueries, type FirstDistances } from "./first_distances.ts";
import type { Agreement, Located } from "./locate.ts";

/** What the words are about besides the photo. */
export interface FindingsContext {
  unit: PlaceDataset["unit"];
  /** Of the report. */
  firstDistances: FirstDistances;
}

/** A sentence or two on how far the nearest images agree, and on what such a distance came to in the report. */
export function describeFindings(
  { matches, agreement }: Pick<Located, "matches" | "agreement">,
  { unit, firstDistances }: FindingsContext,
): string[] {
  return [
    describeAgreement(agreement, unit),
    describeDistance(firstDistances, matches[0]!.distance),
  ].filter((sentence) => sentence !== "");
}

function describeAgreement(
  { among, near, radius, farthest }: Agreement,
  unit: PlaceDataset["unit"],
): string {
  if (among < 2 || unit === "lists") return "";
  if (unit === "classes") return describeClasses(among, near);
  const within = `within ${formatLength(radius, unit)} of the first`;
  if (near === among) {
    return `The ${among} nearest images agree: all lie ${within}.`;
  }
  const spread = `the farthest is ${formatLength(farthest, unit)} from it`;
  if (near === 1) {
    return `The nearest images do not agree: none of the next ${
      among - 1
    } lies ${within}; ${spread}.`;
  }
  return `${near} of the ${among} nearest images lie ${within}, itself included; ${spread}.`;
}

function describeClasses(among: number, near: number): string {
  if (near === among) {
    return `The ${among} nearest images agree: all are of one class.`;
  }
  return near === 1
    ? `The nearest images do not agree: none of the next ${
      among - 1
    } is of the class of the first.`
    : `${near} of the ${among} nearest images are of one class, that of the first.`;
}

function describeDistance(known: FirstDistances, distance: number): string {
  const similar = findSimilarQueries(known, distance);
  if (similar) {
    const { among, right, from, to } = similar;
    return `In the report, ${right} of the ${among} queries whose nearest image was about as near (distance ${
      formatDistance(from)
    } to ${formatDistance(to)}) were right.`;
  }
  const all = [...known.right, ...known.wrong];
  if (all.length === 0) return "";
  const [word, limit] = distance < Math.min(...all)
    ? ["nearer", Math.min(...all)]
    : ["farther", Math.max(...all)];
  return `Its nearest image is ${word} (distance ${
    formatDistance(distance)
  }) than that of any query of the report (${
    formatDistance(limit)
  }), so that the report says nothing about such a photo.`;
}

/** How far an image is from the first: `25 m from the first`, or whether it is of the same class. */
export function describeFromFirst(
  distance: number,
  unit: PlaceDataset["unit"],
): string {
  if (unit === "lists") return "";
  if (unit !== "classes") {
    return `${formatLength(distance, unit)} from the first`;
  }
  return distance === 0 ? "the class of the first" : "another class";
}

/** `25 m`, `1.24 km` or `3 frames`. */
export function formatLength(
  value: number,
  unit: PlaceDataset["unit"],
): string {
  if (unit === "frames") {
    const count = Math.round(value);
    return count === 1 ? "1 frame" : `${count} frames`;
  }
  return value < 1000
    ? `${Number(value.toFixed(value < 10 ? 1 : 0))} m`
    : `${(value / 1000).toFixed(2)} km`;
}

/** Descriptor distances as the report has them. */
export function formatDistance(value: number): string {
  return value.toFixed(3);
}
