import assert from "node:assert/strict";
import { checkTensors } from "../../../lib/model/weights/tensors.ts";

const expected = new Map([
  ["a", [2, 3]],
  ["b", [4]],
  ["c", [1]],
  ["d", []],
]);

Deno.test("checkTensors() names everything that is wrong at once", () => {
  const tensors = new Map([
    ["a", { shape: [3, 2] }],
    ["b", { shape: [4, 1] }],
    ["other", { shape: [1] }],
  ]);
  assert.throws(() => checkTensors("w.pth", tensors, expected), {
    name: "CheckpointError",
    message: /^Cannot use these weights for this network/,
    where: "w.pth; missing: c, d; misshapen: a is [3, 2], not [2, 3], " +
      "b is [4, 1], not [4]; not needed: other",
    fix: /choose the network/,
  });
});

Deno.test("checkTensors() gives the names that are not needed", () => {
  const tensors = new Map(
    [...expected, ["other", [1]] as const].map((
      [name, shape],
    ) => [name, { shape }]),
  );
  assert.deepEqual(checkTensors("w.pth", tensors, expected), ["other"]);
});
