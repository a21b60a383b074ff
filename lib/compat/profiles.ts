/**
 * The choices of the systems that this project replaces, as sets of options.
 *
 * @module
 */
import { type DatasetOptions, hasClasses } from "../data/read_dataset.ts";
import type { EvaluateOptions } from "../evaluate/options.ts";
import type { ModelOptions } from "../model/options.ts";
import { oneOf, optional, resolveOptions, type Rules } from "../options.ts";
import type { ClusterOptions } from "../train/cluster_options.ts";
import type { TrainOptions } from "../train/options.ts";

/** Names of the systems: pytorch-NetVlad, and Relja Arandjelović's NetVLAD in MATLAB. */
export const COMPAT_NAMES = ["pytorch-netvlad", "relja"] as const;

/** Whose choices to take. */
export interface CompatOptions {
  /** The system whose choices take the place of the defaults; none if left out. */
  compat?: typeof COMPAT_NAMES[number];
}

/** The options that a system decides, in the groups of the library. */
export interface CompatGroups {
  /** Of `createModel`. */
  model: Partial<ModelOptions>;
  /** Of `readDataset`. */
  dataset: Partial<DatasetOptions>;
  /** Of `startCentroids` and `clusterCentroids`. */
  cluster: Partial<ClusterOptions>;
  /** Of `trainModel`. */
  train: Partial<TrainOptions>;
  /** Of `evaluateModel`. */
  evaluate: Partial<EvaluateOptions>;
}

/** A system's choices; docs/compat.md says what each changes. */
export type CompatProfile = Readonly<CompatGroups>;

/**
 * What is known of each system. What it does not say is as the defaults are.
 *
 * Source: nanne/pytorch-NetVlad, main.py, netvlad.py and pittsburgh.py; Relja/netvlad,
 * trainWeakly.m, addLayers.m, getClusters.m and the layers of its networks.
 */
export const COMPAT_PROFILES: Readonly<
  Record<typeof COMPAT_NAMES[number], CompatProfile>
> = Object.freeze({
  "pytorch-netvlad": {
    model: {
      vladInit: "pytorch-netvlad",
      vladOrder: "cluster-major",
      vladNorm: "clamped",
    },
    dataset: {},
    cluster: {
      clusterInit: "random",
      clusterStarts: 1,
      clusterPointsPerCentroid: 256,
      v2Descriptors: "raw",
    },
    train: {
      marginOn: "euclidean",
      lossOver: "all",
      negativesWithReplacement: true,
      negativesCached: "violating",
      queryOrder: "within-refresh",
      lrDelayEpochs: 0,
      cacheRefreshGrowth: 1,
      patienceIn: "epochs",
      epochZero: "none",
    },
    evaluate: { recallAt: [1, 5, 10, 20] },
  },
  "relja": {
    model: {
      vladInit: "published",
      vladOrder: "channel-major",
      vladNorm: "smoothed",
    },
    dataset: { potentialPositiveRing: [1, 10] },
    cluster: {
      clusterInit: "random",
      clusterStarts: 1,
      v2Descriptors: "normalized",
    },
    train: {
      marginOn: "squared",
      lossOver: "violating",
      negativesWithReplacement: false,
      negativesCached: "nearest",
      queryOrder: "epoch",
      lrDelayEpochs: 1,
      cacheRefreshGrowth: 2,
      patience: 0,
      epochZero: "reported",
    },
    evaluate: {
      // deno-fmt-ignore
      recallAt: [1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100],
    },
  },
});

/**
 * Checks the name of a system.
 *
 * @throws {OptionsError} If it is not known.
 */
export function resolveCompatOptions(
  given: CompatOptions = {},
): Readonly<CompatOptions> {
  const rules: Rules<CompatOptions> = { compat: optional(oneOf(COMPAT_NAMES)) };
  return resolveOptions<CompatOptions>(given, {
    purpose: "be compatible",
    defaults: {},
    rules,
  });
}

/**
 * Puts the choices of a system under the options given: those given win, the
 * system's come next, the defaults last.
 *
 * A distance in metres is left out where the dataset counts in frames or has classes.
 *
 * @param compat The system; `undefined` for none.
 * @param given Options in groups, and whatever else goes with them.
 * @returns The groups with the system's choices filled in; nothing is shared that can be changed.
 * @throws {OptionsError} If the system is not known.
 *
 * @example
 * ```ts
 * import { resolveTrainOptions, withCompat } from "@whereabouts/whereabouts";
 *
 * const { model, train } = withCompat("relja", { train: { epochs: 5, marginOn: "euclidean" } });
 * console.log(model.vladOrder === "channel-major");
 * console.log(resolveTrainOptions(train).marginOn === "euclidean");
 * ```
 */
export function withCompat<Given extends Partial<CompatGroups>>(
  compat: CompatOptions["compat"],
  given: Given,
): Given & CompatGroups {
  resolveCompatOptions({ ...(compat && { compat }) });
  const profile = compat && profileFor(compat, given);
  const lay = <Name extends keyof CompatGroups>(
    name: Name,
  ): CompatGroups[Name] => ({
    ...structuredClone(profile?.[name]),
    ...withoutUndefined(given[name]),
  });
  return {
    ...given,
    model: lay("model"),
    dataset: lay("dataset"),
    cluster: lay("cluster"),
    train: lay("train"),
    evaluate: lay("evaluate"),
  };
}

/** An option that was given and is not as a system has it. */
export interface CompatDifference {
  /** Group that the option belongs to. */
  group: keyof CompatGroups;
  /** Its name. */
  option: string;
  /** What was given for it. */
  given: unknown;
  /** The system's choice. */
  profile: unknown;
}

/** Lists the options given that are not as the system has them. */
export function listCompatDifferences(
  compat: NonNullable<CompatOptions["compat"]>,
  given: Partial<CompatGroups>,
): CompatDifference[] {
  const profile = profileFor(compat, given);
  return (Object.keys(profile) as (keyof CompatGroups)[]).flatMap((group) => {
    const values = withoutUndefined(given[group]) as Record<string, unknown>;
    return Object.entries(profile[group])
      .filter(([option, value]) =>
        option in values && String(values[option]) !== String(value)
      )
      .map(([option, value]) => ({
        group,
        option,
        given: values[option],
        profile: value,
      }));
  });
}

/** The choices of a system that go with the unit of the dataset. */
function profileFor(
  compat: NonNullable<CompatOptions["compat"]>,
  { dataset }: Partial<CompatGroups>,
): CompatProfile {
  const profile = COMPAT_PROFILES[compat];
  const isInMeters = dataset?.dataset !== "frames" &&
    !hasClasses(dataset?.dataset);
  return isInMeters ? profile : { ...profile, dataset: {} };
}

function withoutUndefined<Options extends object>(
  options: Options | undefined,
): Options {
  const stated = Object.entries(options ?? {})
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated) as Options;
}
