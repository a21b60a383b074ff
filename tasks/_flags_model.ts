/**
 * Flags of the model: its network, its checkpoint and its centroids.
 *
 * @module
 */
import {
  ARCH_NAMES,
  CHECKPOINT_DEFAULTS,
  type CheckpointOptions,
  CHECKPOINTS,
  CLUSTER_DEFAULTS,
  CLUSTER_INITS,
  type ClusterOptions,
  GEM_POWERS,
  isCgd,
  LOCAL_FORMS,
  MODEL_DEFAULTS,
  type ModelOptions,
  POOL_NORMS,
  type Pooling,
  POOLINGS,
  resolveCheckpointOptions,
  resolveClusterOptions,
  resolveModelOptions,
  VLAD_INITS,
  VLAD_NORMS,
  VLAD_ORDERS,
} from "../mod.ts";
import {
  BOOLEAN,
  choice,
  FILE,
  type FlagType,
  FOLDER,
  INTEGER,
  NUMBER,
  text,
} from "./_flag_types.ts";
import type { FlagGroup, GivenOptions } from "./_spec.ts";

const POOLING: FlagType<Pooling> = {
  placeholder: "NAME",
  noun: `one of ${POOLINGS.join(", ")}, or such as cgd:SG`,
  read(text): Pooling | undefined {
    const [family, parts = ""] = text.split(":");
    const name = parts
      ? `${family!.toLowerCase()}:${parts.toUpperCase()}`
      : text;
    return isCgd(name) ? name : choice(POOLINGS).read(text);
  },
  show: String,
};

const LAYER3_STRIDE: FlagType<1 | 2> = {
  placeholder: "N",
  noun: "1 or 2",
  read: (text) => text === "1" ? 1 : text === "2" ? 2 : undefined,
  show: String,
};

/** The network. Its seed is that of `RANDOM_FLAGS`. */
export const MODEL_FLAGS: FlagGroup<Omit<ModelOptions, "seed">> = {
  title: "Model",
  defaults: MODEL_DEFAULTS,
  resolve: resolveModelOptions,
  flags: {
    arch: { flag: "arch", type: choice(ARCH_NAMES), help: "encoder" },
    lastLayer: {
      flag: "last-layer",
      type: text("LAYER"),
      help: "last layer or block of the encoder, such as conv4_3 or layer3",
      absent: "the network's own choice",
    },
    lastRelu: {
      flag: "last-relu",
      type: BOOLEAN,
      help: "keeps the ReLU after the encoder's last convolution",
    },
    layer3Stride: {
      flag: "layer3-stride",
      type: LAYER3_STRIDE,
      help: "stride of layer3 of a ResNet: 2 as published, 1 as in CGD",
      absent: "1 for cgd, 2 for others",
    },
    pooling: {
      flag: "pooling",
      type: POOLING,
      help: `aggregation layer: ${
        POOLINGS.join(", ")
      }, or cgd: and some of S, M and G`,
    },
    centerPrior: {
      flag: "center-prior",
      type: BOOLEAN,
      help: "avg weighs positions by how near they are to the centre (SPoC)",
    },
    poolNorm: {
      flag: "pool-norm",
      type: choice(POOL_NORMS),
      help:
        "avg, max and gem make descriptors of unit length after pooling, or local descriptors before it",
    },
    gemP: { flag: "gem-p", type: NUMBER, help: "exponent of gem and wgem" },
    gemPower: {
      flag: "gem-power",
      type: choice(GEM_POWERS),
      help: "whether that exponent is trained, and for each channel",
    },
    rmacLevels: {
      flag: "rmac-levels",
      type: INTEGER,
      help: "scales of the region grid of rmac",
    },
    rmacWhiten: {
      flag: "rmac-whiten",
      type: BOOLEAN,
      help: "rmac whitens its regions",
    },
    cgdLength: {
      flag: "cgd-length",
      type: INTEGER,
      help: "length of a descriptor of cgd",
    },
    cgdClasses: {
      flag: "cgd-classes",
      type: INTEGER,
      help: "classes of the auxiliary head of cgd",
      absent: "as many as the data has",
    },
    numClusters: {
      flag: "num-clusters",
      type: INTEGER,
      help: "clusters of NetVLAD",
    },
    vladV2: {
      flag: "vlad-v2",
      type: BOOLEAN,
      help: "NetVLAD with biases in the soft assignment",
    },
    vladInit: {
      flag: "vlad-init",
      type: choice(VLAD_INITS),
      help: "first values of NetVLAD v2",
    },
    vladOrder: {
      flag: "vlad-order",
      type: choice(VLAD_ORDERS),
      help: "order of the values of a NetVLAD descriptor",
    },
    vladNorm: {
      flag: "vlad-norm",
      type: choice(VLAD_NORMS),
      help:
        "what NetVLAD divides by: norms of at least 1e-12, or norms plus 1e-12",
    },
    weights: {
      flag: "weights",
      type: FILE,
      help:
        "weights: .pth, .safetensors, .mat of MatConvNet or .h5 of Keras; what they say of the model need not be given",
      absent: "random weights",
    },
    widthDivisor: {
      flag: "width-divisor",
      type: INTEGER,
      help: "divides the channels of every layer of the encoder",
    },
  },
};

/** The trained parameters to start from. */
export const CHECKPOINT_FLAGS: FlagGroup<CheckpointOptions> = {
  title: "Checkpoint",
  defaults: CHECKPOINT_DEFAULTS,
  resolve: resolveCheckpointOptions,
  flags: {
    resume: {
      flag: "resume",
      type: FOLDER,
      help: "run folder to take the model from",
      absent: "none",
      suppliesOthers: true,
    },
    checkpoint: {
      flag: "checkpoint",
      type: choice(CHECKPOINTS),
      aliases: ["ckpt"],
      help: "checkpoint of that run",
    },
  },
};

const CENTROIDS = {
  flag: "centroids",
  type: FILE,
  help: "centroid file to use as it is",
};

/** The centroids of a model that has none. */
export const CENTROID_FLAGS: FlagGroup<Pick<ClusterOptions, "centroids">> = {
  title: "Centroids (of NetVLAD without --resume)",
  defaults: {},
  flags: { centroids: { ...CENTROIDS, absent: "none" } },
};

/** A check of the tasks: centroids are for a new model with NetVLAD. */
export function listCentroidConflicts(
  { model, checkpoint, cluster: { centroids } }: GivenOptions<{
    model: ModelOptions;
    checkpoint: CheckpointOptions;
    cluster: Pick<ClusterOptions, "centroids">;
  }>,
): string[] {
  if (centroids === undefined) return [];
  return [
    ...(checkpoint.resume === undefined
      ? []
      : ["--centroids is for a new model, --resume has those of its run"]),
    ...((model.pooling ?? "netvlad") === "netvlad"
      ? []
      : [`--centroids is for --pooling netvlad, not ${model.pooling}`]),
  ];
}

/** How centroids are found, and where they are kept. */
export const CLUSTER_FLAGS: FlagGroup<Omit<ClusterOptions, "seed">> = {
  title: "Clustering (by itself where centroids are needed and not there)",
  defaults: CLUSTER_DEFAULTS,
  resolve: resolveClusterOptions,
  flags: {
    centroids: { ...CENTROIDS, absent: "the one in --centroids-path" },
    centroidsPath: {
      flag: "centroids-path",
      type: FOLDER,
      help: "where centroid files are looked for and written",
    },
    clusterImages: {
      flag: "cluster-images",
      type: INTEGER,
      help: "database images that local descriptors are drawn from",
    },
    clusterDescriptorsPerImage: {
      flag: "cluster-descriptors-per-image",
      type: INTEGER,
      help: "local descriptors drawn from each of them",
    },
    clusterIterations: {
      flag: "cluster-iterations",
      type: INTEGER,
      help: "iterations of k-means",
    },
    clusterInit: {
      flag: "cluster-init",
      type: choice(CLUSTER_INITS),
      help: "first centroids of a start of k-means",
    },
    clusterStarts: {
      flag: "cluster-starts",
      type: INTEGER,
      help: "starts of k-means, of which the best is kept",
    },
    clusterPointsPerCentroid: {
      flag: "cluster-points-per-centroid",
      type: INTEGER,
      help: "local descriptors that k-means takes for each centroid, at most",
      absent: "all",
    },
    v2Descriptors: {
      flag: "v2-descriptors",
      type: choice(LOCAL_FORMS),
      help: "local descriptors that NetVLAD v2 starts from",
    },
  },
};
