/**
 * Options of comparing aggregation layers.
 *
 * @module
 */
import {
  BOOLEAN,
  COUNT,
  listOf,
  oneOf,
  optional,
  resolveOptions,
  type Rules,
  TEXT,
} from "../options.ts";
import { type Storage, STORAGES } from "./storage.ts";

/** Options of comparing aggregation layers. Each is described, with its unit, here and nowhere else. */
export interface RankOptions {
  /** Lengths that descriptors are projected to by PCA; those that the database is too small for are left out. */
  rankLengths: readonly number[];
  /** Whether PCA whitens, too. */
  rankWhiten: boolean;
  /** How descriptors are stored. */
  rankStorages: readonly Storage[];
  /** Folder that the table and the plot are written to. */
  output?: string;
}

/** The one place where the defaults live. */
export const RANK_DEFAULTS: Readonly<RankOptions> = Object.freeze({
  rankLengths: Object.freeze([16, 64, 256, 1024, 4096]),
  rankWhiten: false,
  rankStorages: STORAGES,
});

const RANK_RULES: Rules<RankOptions> = {
  rankLengths: listOf(COUNT),
  rankWhiten: BOOLEAN,
  rankStorages: listOf(oneOf(STORAGES)),
  output: optional(TEXT),
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If options are wrong; it names every one.
 */
export function resolveRankOptions(
  given: Partial<RankOptions> = {},
): Readonly<RankOptions> {
  return resolveOptions(given, {
    purpose: "compare aggregation layers",
    defaults: RANK_DEFAULTS,
    rules: RANK_RULES,
  });
}
