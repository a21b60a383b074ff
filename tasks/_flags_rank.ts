/**
 * Flags of comparing aggregation layers.
 *
 * @module
 */
import {
  RANK_DEFAULTS,
  type RankOptions,
  resolveRankOptions,
  STORAGES,
} from "../mod.ts";
import { BOOLEAN, choices, FOLDER, INTEGERS } from "./_flag_types.ts";
import type { FlagGroup } from "./_spec.ts";

/** What is compared, and where the result goes. */
export const RANK_FLAGS: FlagGroup<RankOptions> = {
  title: "Comparison",
  defaults: RANK_DEFAULTS,
  resolve: resolveRankOptions,
  flags: {
    rankLengths: {
      flag: "lengths",
      type: INTEGERS,
      help: "lengths that PCA projects descriptors to",
    },
    rankWhiten: {
      flag: "whiten-projected",
      type: BOOLEAN,
      help: "PCA whitens, too",
    },
    rankStorages: {
      flag: "storages",
      type: choices(STORAGES),
      help: "how descriptors are stored",
    },
    output: {
      flag: "output",
      type: FOLDER,
      help: "where the table and the plot are written",
      absent: "a new run folder",
    },
  },
};
