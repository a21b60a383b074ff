import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { ARCH_NAMES, type ArchName } from "../../lib/model/network.ts";
import { tripletLoss } from "../../lib/train/loss.ts";
import { assertClose } from "../assert_close.ts";
import { makeImages, makeModel } from "../model/make_model.ts";
import { testEachEngine, withEngine } from "./test_each_engine.ts";

/** What all engines promise of unit descriptors. */
const DESCRIPTORS = { atol: 1e-4 };
const LEAST_COSINE = 0.99999;

/** Of the largest gradient of a variable: float32 sums over positions, in any order. */
const GRADIENTS = 1e-3;

/** Networks that a software GPU can run as they are; it is slow with the others. */
const QUICK: readonly ArchName[] = ["alexnet", "squeezenet1_1"];

type Arrays = Map<string, Float32Array>;

/** Descriptors of two images by each network, whole in ONNX Runtime or cut. */
async function describeAll(engine: Engine): Promise<Arrays> {
  const images = makeImages(2, 67, 95);
  const all: Arrays = new Map();
  for (const arch of ARCH_NAMES) {
    const widthDivisor = QUICK.includes(arch) ? 1 : 8;
    for (const part of ["whole", "cut"]) {
      const trainFrom = part === "whole" ? null : undefined;
      const model = makeModel(engine, { arch, widthDivisor }, trainFrom);
      all.set(`${arch}, ${part}`, await model.describe(images));
      await model.dispose();
    }
  }
  return all;
}

/** Gradients of a triplet loss in what is trained of each network, by network and name. */
async function differentiateAll(engine: Engine): Promise<Arrays> {
  const all: Arrays = new Map();
  for (const arch of ARCH_NAMES) {
    const model = makeModel(engine, { arch, vladV2: true });
    const before = tf.memory().numTensors;
    const features = await model.runFrozen(makeImages(3, 67, 95));
    const { value, grads } = tf.variableGrads(() => {
      const [queries, positives, negatives] = tf.split(
        model.runTrained(features.tensor as tf.Tensor4D),
        3,
      ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      return tripletLoss(
        { queries, positives, negatives, negativeCounts: [1] },
        { margin: 4, marginOn: "euclidean", lossOver: "all" },
      );
    }, [...model.variables.values()]);
    for (const [key, variable] of model.variables) {
      const gradient = await grads[variable.name]!.data() as Float32Array;
      all.set(`${arch} ${key}`, gradient);
    }
    tf.dispose([value, grads]);
    features.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors leaked");
    await model.dispose();
  }
  return all;
}

let descriptorsOfWasm: Promise<Arrays> | undefined;
let gradientsOfWasm: Promise<Arrays> | undefined;

testEachEngine(
  (name) => `${name} gives the descriptors of wasm, wherever a network is cut`,
  async (name) => {
    descriptorsOfWasm ??= withEngine("wasm", describeAll);
    const expected = await descriptorsOfWasm;
    for (const [label, actual] of await withEngine(name, describeAll)) {
      const [arch] = label.split(",");
      assertAlike(actual, expected.get(`${arch}, whole`)!, label);
    }
  },
);

testEachEngine(
  (name) => `${name} gives the gradients of wasm`,
  async (name) => {
    gradientsOfWasm ??= withEngine("wasm", differentiateAll);
    const expected = await gradientsOfWasm;
    for (const [label, actual] of await withEngine(name, differentiateAll)) {
      const wanted = expected.get(label)!;
      const largest = wanted.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
      assert.ok(largest > 0, `${label} has no gradient`);
      assertClose(actual, wanted, { atol: GRADIENTS * largest }, label);
    }
  },
);

/** Asserts that two sets of descriptors of two images agree as engines must. */
function assertAlike(
  actual: Float32Array,
  expected: Float32Array,
  label: string,
): void {
  assertClose(actual, expected, DESCRIPTORS, label);
  const F = actual.length / 2;
  for (const at of [0, F]) {
    let cosine = 0;
    for (let f = at; f < at + F; f++) cosine += actual[f]! * expected[f]!;
    assert.ok(cosine >= LEAST_COSINE, `${label}: cosine ${cosine}`);
  }
}
