import assert from "node:assert/strict";
import {
  COUNT,
  listOf,
  oneOf,
  optional,
  type OptionsTable,
  resolveOptions,
  TEXT,
} from "../lib/options.ts";
import {
  resolveDescribeOptions,
  resolveExtractOptions,
} from "../lib/describe/options.ts";
import { resolveEvaluateOptions } from "../lib/evaluate/options.ts";
import {
  resolveCheckpointOptions,
  resolveModelOptions,
} from "../lib/model/options.ts";
import { resolveClusterOptions } from "../lib/train/cluster_options.ts";
import { resolveTrainOptions } from "../lib/train/options.ts";

interface Meal {
  guests: number;
  dishes: readonly number[];
  course: string;
  wine?: string;
}

const MEAL: OptionsTable<Meal> = {
  purpose: "cook",
  defaults: { guests: 2, dishes: [1], course: "main" },
  rules: {
    guests: COUNT,
    dishes: listOf(COUNT),
    course: oneOf(["main", "sweet"]),
    wine: optional(TEXT),
  },
  conflicts: ({ guests, wine }) =>
    guests > 9 && wine !== undefined ? ["wine is for 9 guests at most"] : [],
};

Deno.test("resolveOptions() fills in the defaults and freezes the result", () => {
  const options = resolveOptions({ guests: 3 }, MEAL);
  assert.deepEqual(options, { guests: 3, dishes: [1], course: "main" });
  assert.ok(Object.isFrozen(options));
});

Deno.test("resolveOptions() takes undefined for left out", () => {
  const given = { guests: undefined } as unknown as Partial<Meal>;
  assert.equal(resolveOptions(given, MEAL).guests, 2);
});

Deno.test("resolveOptions() names every option that is wrong", () => {
  const given = {
    guests: 0.5,
    dishes: [1, 0],
    course: "tea",
    wine: "",
    tip: 1,
  };
  assert.throws(() => resolveOptions(given as Partial<Meal>, MEAL), {
    name: "OptionsError",
    message: /^Cannot cook with these options\n/,
    where: [
      "tip is not an option",
      "guests is 0.5, must be an integer >= 1",
      "dishes is [1,0], must be a list, each item an integer >= 1",
      'course is "tea", must be one of main, sweet',
      'wine is "", must be text that is not empty, or left out',
    ].join("; "),
  });
});

Deno.test("resolveOptions() names options that do not go together", () => {
  assert.throws(() => resolveOptions({ guests: 10, wine: "red" }, MEAL), {
    name: "OptionsError",
    where: "wine is for 9 guests at most",
  });
});

Deno.test("every set of options accepts its own defaults", () => {
  assert.equal(resolveModelOptions().arch, "vgg16");
  assert.equal(resolveCheckpointOptions().checkpoint, "latest");
  assert.equal(resolveTrainOptions().epochs, 30);
  assert.equal(resolveClusterOptions().clusterImages, 500);
  assert.equal(resolveDescribeOptions().describeBatch, 24);
  assert.deepEqual(resolveEvaluateOptions().recallAt, [1, 5, 10, 20]);
});

Deno.test("resolveModelOptions() refuses NetVLAD v2 without NetVLAD", () => {
  assert.throws(() => resolveModelOptions({ pooling: "max", vladV2: true }), {
    name: "OptionsError",
    where: "vladV2 is given, max has no use for it",
  });
});

Deno.test("resolveTrainOptions() refuses what contradicts itself", () => {
  const given = {
    fromScratch: true,
    trainFrom: "conv5_1",
    negativesExamined: 5,
    lrGamma: 2,
    momentum: 1,
  };
  assert.throws(() => resolveTrainOptions(given), {
    name: "OptionsError",
    where: [
      "lrGamma is 2, must be a number > 0 and <= 1",
      "momentum is 1, must be a number >= 0 and < 1",
      "fromScratch trains every layer, which leaves no trainFrom",
      "negativesPerTuple is 10, more than the 5 of negativesExamined",
    ].join("; "),
  });
});

Deno.test("resolveExtractOptions() knows its formats by their endings", () => {
  for (const output of ["a.h5", "b.HDF5", "c/d.npy"]) {
    assert.equal(resolveExtractOptions({ images: "x", output }).output, output);
  }
  for (const output of [".npy", "a.csv", "h5"]) {
    assert.throws(() => resolveExtractOptions({ images: "x", output }), {
      name: "OptionsError",
      where: /^output is .*, must be a file name that ends in/,
    });
  }
});
