/**
 * What is compared: aggregation layers that need no training, and what is below them all.
 *
 * @module
 */
import type { HeadOptions } from "../model/aggregator.ts";
import type { Model } from "../model/model.ts";

/** An aggregation layer with its options. */
export interface Contender {
  /** Short name, such as `gem`. */
  name: string;
  /** For people, such as `GeM, p = 3`. */
  title: string;
  /** Whether it takes features after their last ReLU, as its paper does. */
  lastRelu: boolean;
  options: HeadOptions;
}

/** Name of the floor. */
export const FLOOR = "histogram";

/** Name of the floor, for people. */
export const FLOOR_TITLE = "colour histogram";

/**
 * Lists the aggregation layers without parameters, which take features after the last ReLU as
 * their papers do; and NetVLAD with those of a model, which takes them before.
 *
 * @param model Its pooling is netvlad.
 */
export function listContenders(
  { options: { numClusters, vladV2, ...options } }: Model,
): Contender[] {
  const plain = { ...options, numClusters, vladV2: false };
  const version = vladV2 ? " v2" : "";
  return [
    { name: "avg", title: "average (SPoC)", pooling: "avg" as const },
    {
      name: "avg+prior",
      title: "SPoC with centre prior",
      pooling: "avg" as const,
      centerPrior: true,
    },
    { name: "max", title: "maximum (MAC)", pooling: "max" as const },
    {
      name: "gem",
      title: `GeM, p = ${plain.gemP}`,
      pooling: "gem" as const,
      gemPower: "fixed" as const,
    },
    { name: "rmac", title: "R-MAC", pooling: "rmac" as const },
    { name: "crow", title: "CroW", pooling: "crow" as const },
    {
      name: "netvlad",
      title: `NetVLAD${version}, ${numClusters} clusters`,
      pooling: "netvlad" as const,
      vladV2,
    },
  ].map(({ name, title, ...own }) => ({
    name,
    title,
    lastRelu: name !== "netvlad",
    options: { ...plain, rmacWhiten: false, ...own },
  }));
}
