import assert from "node:assert/strict";
import {
  checkTensors,
  type NamedTensor,
} from "../../../lib/model/weights/tensors.ts";

const expected = new Map([
  ["a", [2, 3]],
  ["b", [4]],
  ["c", [1]],
  ["d", []],
]);

function makeTensor(shape: number[], value = 1): NamedTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: new Float32Array(size).fill(value) };
}

Deno.test("checkTensors() names everything that is wrong at once", () => {
  const tensors = new Map([
    ["a", makeTensor([3, 2])],
    ["b", makeTensor([4, 1])],
    ["other", makeTensor([1])],
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
    ) => [name, makeTensor([...shape])]),
  );
  assert.deepEqual(checkTensors("w.pth", tensors, expected), ["other"]);
});

Deno.test("checkTensors() names every needed tensor that is not finite", () => {
  const tensors = new Map(
    [...expected].map(([name, shape]) => [name, makeTensor(shape)]),
  );
  tensors.get("a")!.data[5] = NaN;
  tensors.get("c")!.data[0] = -Infinity;
  tensors.set("other", makeTensor([1], NaN));
  assert.throws(() => checkTensors("w.pth", tensors, expected), {
    name: "CheckpointError",
    message: /^Cannot use weights that are not finite/,
    where: "w.pth; not finite: a, c",
    fix: /diverge/,
  });
});
