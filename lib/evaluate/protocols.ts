/**
 * Evaluation protocols by name: which queries count, what is right, what is left out.
 *
 * @module
 */
import type { PlaceDataset } from "../data/dataset.ts";
import { OptionsError } from "../errors.ts";

/** Which queries recall is a fraction of: all, or those with a positive. */
export const DENOMINATORS = ["all", "answerable"] as const;

/** Which predictions are left out: none, or all but the nearest cutout of each panorama. */
export const SUPPRESSIONS = ["none", "panorama"] as const;

/** Names of the protocols. */
export const PROTOCOL_NAMES = [
  "all-queries",
  "answerable-queries",
  "pittsburgh",
  "tokyo247",
  "msls",
] as const;

/** A protocol that can be asked for by name. */
export type ProtocolName = typeof PROTOCOL_NAMES[number];

/** What a protocol fixes, and the N that it looks at. */
export interface Protocol {
  /** Evaluation radius in metres; null takes that of the dataset, in its unit. */
  positiveRadius: number | null;
  /** Largest difference of the headings of a query and a positive, in degrees; null for no limit. */
  headingLimit: number | null;
  /** Which queries recall is a fraction of. */
  denominator: typeof DENOMINATORS[number];
  /** Which predictions are left out. */
  suppress: typeof SUPPRESSIONS[number];
  /** The N of its Recall@N, unless `recallAt` says others. */
  recallAt: readonly number[];
}

const USUAL_NS: readonly number[] = Object.freeze([1, 5, 10, 20]);
const RELJA_NS: readonly number[] = Object.freeze([
  ...[1, 2, 3, 4, 5],
  ...[10, 15, 20, 25],
]);

/** No name and no part of one: what is taken where options say nothing. */
const PLAIN: Protocol = {
  positiveRadius: null,
  headingLimit: null,
  denominator: "all",
  suppress: "none",
  recallAt: USUAL_NS,
};

/**
 * What each protocol fixes.
 *
 * Source: Relja Arandjelović's netvlad, recallAtN.m and dbTokyo247.m (`pittsburgh`, `tokyo247`);
 * mapillary_sls, msls.py and evaluate.py, and Warburg et al., Mapillary Street-Level Sequences,
 * CVPR 2020 (`msls`).
 */
export const PROTOCOLS: Readonly<Record<ProtocolName, Readonly<Protocol>>> =
  Object.freeze({
    "all-queries": PLAIN,
    "answerable-queries": { ...PLAIN, denominator: "answerable" },
    pittsburgh: { ...PLAIN, positiveRadius: 25, recallAt: RELJA_NS },
    tokyo247: {
      ...PLAIN,
      positiveRadius: 25,
      suppress: "panorama",
      recallAt: RELJA_NS,
    },
    msls: {
      ...PLAIN,
      positiveRadius: 25,
      headingLimit: 40,
      denominator: "answerable",
    },
  });

/** The protocol of that name; the plain one if there is no name. */
export function findProtocol(name: ProtocolName | undefined): Protocol {
  return name === undefined ? PLAIN : PROTOCOLS[name];
}

/** What an evaluation went by. */
export interface StatedProtocol {
  /** Its name; null where its parts were chosen one by one. */
  name: ProtocolName | null;
  /** Which queries recall is a fraction of. */
  denominator: Protocol["denominator"];
  /** Which predictions were left out. */
  suppress: Protocol["suppress"];
  /** Evaluation radius, inclusive, in `unit`. */
  positiveRadius: number;
  /** What it is counted in. */
  unit: PlaceDataset["unit"];
  /** Largest difference of headings in degrees; null for none, also where the dataset knows no headings. */
  headingLimit: number | null;
}

/** Options that a protocol is stated by, resolved. */
interface ProtocolChoice extends Pick<Protocol, "denominator" | "suppress"> {
  protocol?: ProtocolName;
}

/**
 * States what an evaluation of a dataset goes by.
 *
 * @throws {OptionsError} If the dataset has another radius or unit than the protocol, or no positions that panoramas could share.
 */
export function stateProtocol(
  { protocol, denominator, suppress }: ProtocolChoice,
  dataset: PlaceDataset,
): StatedProtocol {
  const { positiveRadius, headingLimit } = findProtocol(protocol);
  const { unit } = dataset;
  const isOther = positiveRadius !== null &&
    (unit !== "meters" || dataset.positiveRadius !== positiveRadius);
  if (isOther) {
    throw new OptionsError(`Cannot evaluate by the protocol ${protocol}`, {
      where:
        `it is of ${positiveRadius} m, ${dataset.name} of ${dataset.positiveRadius} ${unit}`,
      fix: unit === "meters"
        ? `set positiveRadius to ${positiveRadius}, or protocol to all-queries or answerable-queries`
        : "set protocol to all-queries or answerable-queries",
    });
  }
  if (suppress === "panorama" && unit !== "meters") {
    throw new OptionsError("Cannot tell panoramas without positions", {
      where: `suppress is panorama, ${dataset.name} counts ${unit}`,
      fix: "leave suppress out",
    });
  }
  const isHeaded = [dataset.queries, dataset.database]
    .every(({ headingDegrees }) => headingDegrees !== undefined);
  return {
    name: protocol ?? null,
    denominator,
    suppress,
    positiveRadius: dataset.positiveRadius,
    unit,
    headingLimit: isHeaded ? headingLimit : null,
  };
}

/** A protocol in words, as they complete "Recall@N of …": `all queries, 25 m`. */
export function describeProtocol(
  { name, denominator, suppress, headingLimit, ...place }: StatedProtocol,
): string {
  const wanted = findProtocol(name ?? undefined).headingLimit;
  return [
    denominator === "all" ? "all queries" : "answerable queries",
    describeRadius(place),
    ...(headingLimit === null ? [] : [`headings within ${headingLimit}°`]),
    ...(wanted !== null && headingLimit === null
      ? [`no heading limit: headings are not known`]
      : []),
    ...(suppress === "panorama" ? ["one prediction per panorama"] : []),
    ...(name === null ? [] : [`protocol ${name}`]),
  ].join(", ");
}

function describeRadius(
  { positiveRadius, unit }: Pick<StatedProtocol, "positiveRadius" | "unit">,
): string {
  switch (unit) {
    case "meters":
      return `${positiveRadius} m`;
    case "frames":
      return `${positiveRadius} frames`;
    case "classes":
      return "same class";
    case "lists":
      return "right as listed";
  }
}
