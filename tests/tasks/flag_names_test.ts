import assert from "node:assert/strict";
import { DATASET_FLAGS, IMAGE_FLAGS } from "../../tasks/_flags_dataset.ts";
import { nameFlags } from "../../tasks/_flag_names.ts";

const SPEC = {
  name: "see",
  description: "Sees.",
  groups: { dataset: DATASET_FLAGS, images: IMAGE_FLAGS },
};

Deno.test("nameFlags() puts flags in the place of options", () => {
  const cases = {
    "set dataPath to the folder": "set --data-path to the folder",
    "set resize to one size": "set --resize to one size",
    "option resize": "--resize",
    "potentialPositiveRing is [0,100]": "--potential-positive-ring is [0,100]",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(nameFlags(text, SPEC), expected);
  }
});

Deno.test("nameFlags() leaves everyday words, paths and flags alone", () => {
  for (
    const text of [
      "give images, or choose another split",
      "/home/me/dataPath/frameTolerance (option /dataPath)",
      "dataPath.txt holds queries/, database/",
      "--data-path is missing",
      "option toString",
    ]
  ) assert.equal(nameFlags(text, SPEC), text);
});
