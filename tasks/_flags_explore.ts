/**
 * Flags of exploring a report.
 *
 * @module
 */
import {
  type CheckpointOptions,
  type DatasetOptions,
  EXPLORE_DEFAULTS,
  type ExploreOptions,
  resolveExploreOptions,
} from "../mod.ts";
import { INTEGER } from "./_flag_types.ts";
import { DATASET_FLAGS } from "./_flags_dataset.ts";
import { CHECKPOINT_FLAGS } from "./_flags_model.ts";
import type { FlagGroup } from "./_spec.ts";

/** Where the report is served. */
export const EXPLORE_FLAGS: FlagGroup<ExploreOptions> = {
  title: "Server",
  defaults: EXPLORE_DEFAULTS,
  resolve: resolveExploreOptions,
  flags: {
    port: {
      flag: "port",
      type: INTEGER,
      help: "port on 127.0.0.1; 0 is any that is free",
    },
  },
};

/** Which checkpoint describes. */
export const EXPLORED_FLAGS: FlagGroup<Pick<CheckpointOptions, "checkpoint">> =
  {
    title: "Model",
    defaults: {},
    flags: {
      checkpoint: {
        ...CHECKPOINT_FLAGS.flags.checkpoint,
        help: "checkpoint of the run that the report is of",
        absent: "that of the report; latest for a run folder",
      },
    },
  };

/** Where a dataset is that has moved. */
export const MOVED_FLAGS: FlagGroup<
  Pick<DatasetOptions, "dataPath" | "positions">
> = {
  title: "Dataset (if it has moved)",
  defaults: {},
  flags: {
    dataPath: {
      ...DATASET_FLAGS.flags.dataPath,
      help: "where the dataset is now",
      absent: "where it was",
    },
    positions: {
      ...DATASET_FLAGS.flags.positions,
      help: "csv: where its file of positions is now",
      absent: "where it was",
    },
  },
};
