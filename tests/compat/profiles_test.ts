import assert from "node:assert/strict";
import {
  COMPAT_NAMES,
  COMPAT_PROFILES,
  type CompatGroups,
  listCompatDifferences,
  resolveCompatOptions,
  withCompat,
} from "../../lib/compat/profiles.ts";
import {
  DATASET_DEFAULTS,
  resolveDatasetOptions,
} from "../../lib/data/read_dataset.ts";
import {
  EVALUATE_DEFAULTS,
  resolveEvaluateOptions,
} from "../../lib/evaluate/options.ts";
import {
  MODEL_DEFAULTS,
  resolveModelOptions,
} from "../../lib/model/options.ts";
import {
  CLUSTER_DEFAULTS,
  resolveClusterOptions,
} from "../../lib/train/cluster_options.ts";
import {
  resolveTrainOptions,
  TRAIN_DEFAULTS,
} from "../../lib/train/options.ts";

const GROUPS = Object.keys(COMPAT_PROFILES.relja) as (keyof CompatGroups)[];

const DEFAULTS: Record<keyof CompatGroups, object> = {
  model: MODEL_DEFAULTS,
  dataset: DATASET_DEFAULTS,
  cluster: CLUSTER_DEFAULTS,
  train: TRAIN_DEFAULTS,
  evaluate: EVALUATE_DEFAULTS,
};

for (const name of COMPAT_NAMES) {
  Deno.test(`withCompat("${name}") gives options that every stage takes`, () => {
    const dataPath = "somewhere";
    const { model, dataset, cluster, train, evaluate } = withCompat(name, {
      dataset: { dataPath },
    });
    const resolved = {
      model: resolveModelOptions(model),
      dataset: resolveDatasetOptions(dataset),
      cluster: resolveClusterOptions(cluster),
      train: resolveTrainOptions(train),
      evaluate: resolveEvaluateOptions(evaluate),
    };
    for (const group of GROUPS) {
      assert.deepEqual(
        resolved[group],
        {
          ...DEFAULTS[group],
          ...(group === "dataset" && { dataPath }),
          ...COMPAT_PROFILES[name][group],
        },
        group,
      );
    }
  });
}

Deno.test("withCompat() lets options given win, and takes undefined for left out", () => {
  const { train, model } = withCompat("relja", {
    train: { marginOn: "euclidean", epochs: 3 },
    model: { vladOrder: undefined } as unknown as CompatGroups["model"],
  });
  assert.equal(train.marginOn, "euclidean");
  assert.equal(train.epochs, 3);
  assert.equal(train.lossOver, "violating");
  assert.equal(model.vladOrder, "channel-major");
});

Deno.test("withCompat() keeps other groups, and gives options given without a name", () => {
  const given = { engine: { threads: 2 }, train: { epochs: 3 } };
  assert.deepEqual(withCompat(undefined, given), {
    ...given,
    model: {},
    dataset: {},
    cluster: {},
    evaluate: {},
  });
  assert.deepEqual(withCompat("relja", given).engine, { threads: 2 });
});

Deno.test("withCompat() has no metres for a dataset that counts in frames", () => {
  const dataset = { dataset: "frames" } as const;
  assert.deepEqual(withCompat("relja", { dataset }).dataset, dataset);
  assert.deepEqual(withCompat("relja", {}).dataset.potentialPositiveRing, [
    1,
    10,
  ]);
});

Deno.test("withCompat() hands out nothing that changes the profile", () => {
  const { evaluate, train } = withCompat("relja", {});
  (evaluate.recallAt as number[]).push(1000);
  train.marginOn = "euclidean";
  const again = withCompat("relja", {});
  assert.equal(again.evaluate.recallAt!.at(-1), 100);
  assert.equal(again.train.marginOn, "squared");
});

Deno.test("resolveCompatOptions() and withCompat() refuse a system they do not know", () => {
  const compat = "dvgl" as "relja";
  const expected = {
    name: "OptionsError",
    where:
      'compat is "dvgl", must be one of pytorch-netvlad, relja, or left out',
  };
  assert.throws(() => resolveCompatOptions({ compat }), expected);
  assert.throws(() => withCompat(compat, {}), expected);
});

Deno.test("listCompatDifferences() lists what was given and is otherwise in the profile", () => {
  const given = {
    model: { arch: "alexnet", vladNorm: "smoothed" },
    train: { lrDelayEpochs: 0, cacheRefreshGrowth: 2 },
    dataset: { potentialPositiveRing: [1, 10] },
    evaluate: { recallAt: [1] },
  } as const;
  assert.deepEqual(listCompatDifferences("relja", given), [
    { group: "train", option: "lrDelayEpochs", given: 0, profile: 1 },
    {
      group: "evaluate",
      option: "recallAt",
      given: [1],
      profile: COMPAT_PROFILES.relja.evaluate.recallAt,
    },
  ]);
});

Deno.test("docs/compat.md has a row for each option, with the values of the profiles", async () => {
  const text = await Deno.readTextFile(
    new URL("../../docs/compat.md", import.meta.url),
  );
  const columns =
    /option +\| default, and why +\| pytorch-netvlad +\| relja +\|/g;
  assert.equal([...text.matchAll(columns)].length, GROUPS.length);
  const told = [...text.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)]
    .map(([, option, rest]) => {
      const cells = rest!.split("|").map((cell) => cell.trim());
      const [usual, ...others] = cells.slice(0, 1 + COMPAT_NAMES.length);
      return [option, firstCode(usual!), ...others.map(firstCode)];
    });
  const expected = GROUPS.flatMap((group) => {
    const options = new Set(
      COMPAT_NAMES.flatMap((name) => Object.keys(COMPAT_PROFILES[name][group])),
    );
    return [...options].map((option) => [
      option,
      show(DEFAULTS[group], option),
      ...COMPAT_NAMES.map((name) => show(COMPAT_PROFILES[name][group], option)),
    ]);
  });
  assert.deepEqual(told, expected);
});

/** What a cell begins with, if that is code. */
function firstCode(cell: string): string | undefined {
  return cell.match(/^`([^`]+)`/)?.[1];
}

function show(options: object, option: string): string | undefined {
  const value = (options as Record<string, unknown>)[option];
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(", ") : String(value);
}
