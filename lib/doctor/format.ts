/**
 * Numbers in the words of findings.
 *
 * @module
 */

import type { PlaceDataset } from "../data/dataset.ts";

/** Bytes in the unit that suits them: `81 GB`, `1.5 GB`, `12 MB`. */
export function formatBytes(bytes: number): string {
  const [value, unit] = bytes >= 1e9
    ? [bytes / 1e9, "GB"]
    : [bytes / 1e6, "MB"];
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${unit}`;
}

/** A distance: `25 m`, `3.2 km`, `470 km`; or frames, or classes. */
export function formatDistance(
  distance: number,
  unit: PlaceDataset["unit"] = "meters",
): string {
  if (unit !== "meters") return `${Math.round(distance)} ${unit}`;
  if (distance < 1000) return `${Number(distance.toPrecision(3))} m`;
  const km = distance / 1000;
  return `${km.toFixed(km < 10 ? 1 : 0)} km`;
}

/** Two or three digits that matter: `0.16`, `3.1`, `212`. */
export function formatRate(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(+value.toPrecision(2));
}

/** A count with its noun: `1 image`, `12 images`. */
export function formatCount(
  count: number,
  noun: string,
  plural = `${noun}s`,
): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** What a finding begins with if a dataset has several splits: `val: `. */
export function inSplit(split: string): string {
  return split === "all" ? "" : `${split}: `;
}
