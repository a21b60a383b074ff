/**
 * Flags of what another program made of a dataset, in the place of a model.
 *
 * @module
 */
import { FILE } from "./_flag_types.ts";
import { IMAGE_FLAGS } from "./_flags_dataset.ts";
import {
  CHECKPOINT_FLAGS,
  CLUSTER_FLAGS,
  MODEL_FLAGS,
} from "./_flags_model.ts";
import { listReplaced, ONNX_FLAGS } from "./_flags_onnx.ts";
import { CHOSEN_WHITEN_FLAGS, WHITENING_FLAGS } from "./_flags_whiten.ts";
import type { AnyGroup, FlagGroup } from "./_spec.ts";

/** Descriptors or rankings that are there already. */
export interface FoundOptions {
  /** File of descriptors, of the database and of the queries if they are not apart. */
  descriptors?: string;
  /** File of the queries' descriptors. */
  queryDescriptors?: string;
  /** File of pairs: rankings without distances. */
  pairsFile?: string;
}

/** What others found. */
export const FOUND_FLAGS: FlagGroup<FoundOptions> = {
  title: "Results of another program (in the place of a model)",
  defaults: {},
  flags: {
    descriptors: {
      flag: "descriptors",
      type: FILE,
      help:
        "descriptors of the images by name: .h5 of hloc, or .h5 or .npy of `deno task extract`",
      absent: "none",
    },
    queryDescriptors: {
      flag: "query-descriptors",
      type: FILE,
      help: "the same of the queries, where they are apart",
      absent: "in --descriptors",
    },
    pairsFile: {
      flag: "pairs-file",
      type: FILE,
      help: "pairs of hloc: a query and a database image on each line",
      absent: "none",
    },
  },
};

/** Groups whose place they take. */
const REPLACED = {
  model: MODEL_FLAGS,
  checkpoint: CHECKPOINT_FLAGS,
  cluster: CLUSTER_FLAGS,
  onnx: ONNX_FLAGS,
  whitening: WHITENING_FLAGS,
  whiten: CHOSEN_WHITEN_FLAGS,
  images: IMAGE_FLAGS,
};

/**
 * A check of the tasks: what is there already needs no model and no images.
 *
 * @param found What is given of `FOUND_FLAGS`.
 * @param given What is given of the groups whose place it takes.
 */
export function listFoundConflicts(
  { descriptors, queryDescriptors, pairsFile }: FoundOptions,
  given: Readonly<Record<keyof typeof REPLACED, object>>,
): string[] {
  if (descriptors !== undefined && pairsFile !== undefined) {
    return ["--pairs-file has the rankings, which leaves no --descriptors"];
  }
  if (descriptors === undefined && pairsFile === undefined) {
    return queryDescriptors === undefined
      ? []
      : ["--query-descriptors is for --descriptors"];
  }
  const flag = pairsFile === undefined ? "--descriptors" : "--pairs-file";
  const names = Object.keys(REPLACED) as (keyof typeof REPLACED)[];
  return listReplaced(
    `${flag} is in the place of a model`,
    names.map((name) => given[name]),
    Object.values(REPLACED) as unknown as AnyGroup[],
  );
}
