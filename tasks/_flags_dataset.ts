/**
 * Flags of datasets and images.
 *
 * @module
 */
import {
  DATASET_DEFAULTS,
  type DatasetOptions,
  DATASETS,
  IMAGE_DEFAULTS,
  type ImageOptions,
  RESIZE_FILTERS,
  resolveDatasetOptions,
  resolveImageOptions,
  SPLITS,
} from "../mod.ts";
import {
  BOOLEAN,
  choice,
  FILE,
  FOLDER,
  INTEGER,
  NUMBER,
  PAIR,
  SIZE,
  text,
} from "./_flag_types.ts";
import type { FlagGroup, Flags } from "./_spec.ts";

const LAYOUT = {
  dataset: {
    flag: "dataset",
    type: choice(DATASETS),
    help: "layout of the dataset on disk",
  },
  dataPath: {
    flag: "data-path",
    type: FOLDER,
    help:
      "where the dataset is; for csv, where its image names start from; for demo, demo/city, which is made if need be, if left out",
  },
  split: {
    flag: "split",
    type: choice(SPLITS),
    help:
      "part of the dataset; for datasets of classes without a val of their own, val is test",
  },
  positiveRadius: {
    flag: "positive-radius",
    type: NUMBER,
    unit: "metres",
    help: "how far from a query an image still shows its place",
    absent: "that of the dataset, or 25",
  },
  potentialPositiveRing: {
    flag: "potential-positive-ring",
    type: PAIR,
    unit: "metres",
    help:
      "how far from a query the images are that it may be trained to be like",
    absent: "that of the dataset, or 0,10",
  },
} satisfies Partial<Flags<DatasetOptions>>;

const CSV = {
  positions: {
    flag: "positions",
    type: FILE,
    help: "csv: file of image names and their positions",
  },
  leaveOneOut: {
    flag: "leave-one-out",
    type: BOOLEAN,
    help: "csv: each image is a query against all others",
  },
} satisfies Partial<Flags<DatasetOptions>>;

const FRAMES = {
  database: {
    flag: "database",
    type: text("PATH"),
    help:
      "frames: folder of the database under --data-path; lists: file of the names of its images, text or .npy",
  },
  queries: {
    flag: "queries",
    type: text("PATH"),
    help:
      "frames: folder of the queries under --data-path; lists: file of their names",
  },
  groundTruth: {
    flag: "ground-truth",
    type: FILE,
    help:
      "lists: .npz of positions (utmDb, utmQ, posDistThr), or .npy of what is right for each query",
  },
  frameTolerance: {
    flag: "frame-tolerance",
    type: INTEGER,
    unit: "frames",
    help: "frames: how far from a query an image still shows its place",
  },
  frames: {
    flag: "frames",
    type: text("FIRST:END"),
    help: "frames: those to keep, counted from 0, END not included",
    absent: "all",
  },
} satisfies Partial<Flags<DatasetOptions>>;

const CLASSES = {
  heldOutClasses: {
    flag: "held-out-classes",
    type: NUMBER,
    help:
      "classes: share of the classes, the last by name, that val and test have, and train has not, where there are no folders train and test; 0 gives every split all",
  },
} satisfies Partial<Flags<DatasetOptions>>;

/** The dataset, and which part of it. */
export const DATASET_FLAGS: FlagGroup<DatasetOptions> = {
  title: "Dataset",
  defaults: DATASET_DEFAULTS,
  resolve: resolveDatasetOptions,
  flags: { ...LAYOUT, ...CSV, ...FRAMES, ...CLASSES },
};

/** How images are read. */
export const IMAGE_FLAGS: FlagGroup<ImageOptions> = {
  title: "Images",
  defaults: IMAGE_DEFAULTS,
  resolve: resolveImageOptions,
  flags: {
    resize: {
      flag: "resize",
      type: SIZE,
      unit: "pixels",
      help: "width and height that images are resized to",
      absent: "as they are; 224x224 to train cgd",
    },
    resizeFilter: {
      flag: "resize-filter",
      type: choice(RESIZE_FILTERS),
      help: "how images are resampled",
    },
    threads: {
      flag: "threads",
      type: INTEGER,
      help: "threads that decode images",
      absent: "one less than there are processors, at most 8",
    },
    skipUnreadable: {
      flag: "skip-unreadable",
      type: BOOLEAN,
      help: "leave out and count images that cannot be read, do not stop",
    },
    applyOrientation: {
      flag: "apply-orientation",
      type: BOOLEAN,
      help: "turn JPEGs upright as their EXIF orientation says",
    },
  },
};
