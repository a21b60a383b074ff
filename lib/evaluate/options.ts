/**
 * Options of evaluating a model on a split of a dataset.
 *
 * @module
 */
import {
  COUNT,
  listOf,
  oneOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import {
  DENOMINATORS,
  findProtocol,
  type Protocol,
  PROTOCOL_NAMES,
  type ProtocolName,
  SUPPRESSIONS,
} from "./protocols.ts";

/** Options of an evaluation. Each is described, with its unit, here and nowhere else. */
export interface EvaluateOptions
  extends Pick<Protocol, "denominator" | "suppress"> {
  /** Protocol by name: what it fixes cannot be given otherwise. Its N are taken unless `recallAt` says others. */
  protocol?: ProtocolName;
  /** Queries that recall is a fraction of: `all`, or those that have a positive (`answerable`). */
  denominator: Protocol["denominator"];
  /** Predictions that are left out: `none`, or all but the nearest cutout of each `panorama`: of 12 images at one position. */
  suppress: Protocol["suppress"];
  /** The N of each Recall@N. */
  recallAt: readonly number[];
  /** Predictions per query that are written; the largest of `recallAt` and `pairs` if left out. */
  predictions?: number;
  /** Predictions per query that are written as a file of pairs for hloc; no such file if left out. */
  pairs?: number;
  /** Folder that the names in that file start from; the innermost one of all images if left out. */
  pairsRoot?: string;
  /** Folder that predictions and recalls are written to; not written if left out. */
  output?: string;
}

const PLAIN = findProtocol(undefined);

/** The one place where the defaults live. */
export const EVALUATE_DEFAULTS: Readonly<EvaluateOptions> = Object.freeze({
  denominator: PLAIN.denominator,
  suppress: PLAIN.suppress,
  recallAt: PLAIN.recallAt,
});

const EVALUATE_RULES: Rules<EvaluateOptions> = {
  protocol: optional(oneOf(PROTOCOL_NAMES)),
  denominator: oneOf(DENOMINATORS),
  suppress: oneOf(SUPPRESSIONS),
  recallAt: listOf(COUNT),
  predictions: optional(COUNT),
  pairs: optional(COUNT),
  pairsRoot: optional(TEXT),
  output: optional(TEXT),
};

/**
 * Fills in the defaults, those of the protocol if there is one, and checks the result.
 *
 * @throws {OptionsError} If options are wrong, or say otherwise than the protocol; it names every one.
 */
export function resolveEvaluateOptions(
  given: Partial<EvaluateOptions> = {},
): Readonly<EvaluateOptions> {
  const name = PROTOCOL_NAMES.find((known) => known === given.protocol);
  const fixed = findProtocol(name);
  const { denominator, suppress, recallAt } = fixed;
  return resolveOptions(given, {
    purpose: "evaluate",
    defaults: { ...EVALUATE_DEFAULTS, denominator, suppress, recallAt },
    rules: EVALUATE_RULES,
    conflicts: (options) => [
      ...listPairsConflicts(options),
      ...(name === undefined ? [] : (["denominator", "suppress"] as const)
        .filter((part) => options[part] !== fixed[part])
        .map((part) =>
          `${part} is ${options[part]}, the protocol ${name} has ${fixed[part]}`
        )),
    ],
  });
}

function listPairsConflicts(
  { pairs, pairsRoot, predictions }: Readonly<EvaluateOptions>,
): string[] {
  if (pairs === undefined) {
    return pairsRoot === undefined
      ? []
      : [`pairsRoot is ${pairsRoot}, which is of use with option pairs alone`];
  }
  return predictions !== undefined && pairs > predictions
    ? [
      `pairs is ${pairs}, more than option predictions, which is ${predictions}`,
    ]
    : [];
}
