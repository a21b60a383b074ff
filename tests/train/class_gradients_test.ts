import assert from "node:assert/strict";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import {
  cgdReference,
  classifyReference,
} from "../../lib/model/cgd_reference.ts";
import type { Model } from "../../lib/model/model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import type { ClassLossOptions } from "../../lib/train/class_loss.ts";
import {
  batchHardTripletReference,
  smoothedCrossEntropyReference,
} from "../../lib/train/class_loss_reference.ts";
import { computeClassGradients } from "../../lib/train/class_step.ts";
import { assertClose } from "../assert_close.ts";
import { centralDifferences } from "../central_differences.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { watchEngine } from "../engine/watch_engine.ts";
import { makeCgdCase } from "../model/make_cgd_case.ts";
import { makeImages, makeModel } from "../model/make_model.ts";

const CGD: ClassLossOptions = {
  temperature: 0.5,
  labelSmoothing: 0.1,
  margin: 0.3,
};

const MODEL: Partial<ModelOptions> = {
  arch: "resnet18",
  widthDivisor: 16,
  pooling: "cgd:SMG",
  cgdLength: 12,
  cgdClasses: 3,
};

testOnWasm(
  "computeClassGradients() gives the losses of plain loops and their gradients in the head",
  async (engine) => {
    const letters = "GSM";
    const example = makeCgdCase(letters);
    const labels = [0, 1, 1, 0];
    const model = makeHeadOnly(engine, example.features[0]![0]![0]!.length);
    for (const [name, tensor] of example.params()) {
      model.variables.get(name)!.assign(tensor);
      tensor.dispose();
    }
    const { main, scale, offset, weights, biases } = example.lists;
    const lossOf = (): number => {
      const outputs = example.features.map((image) =>
        cgdReference(image.flat(), letters, example.lists)
      );
      const pooled = outputs.map(({ pooled }) => pooled);
      const logits = classifyReference(pooled, example.lists);
      const descriptors = outputs.map(({ descriptor }) => descriptor);
      return smoothedCrossEntropyReference(logits, labels, CGD) +
        batchHardTripletReference(descriptors, labels, CGD);
    };
    const features = [tf.tensor4d(example.features)];
    const { loss, gradients } = await computeClassGradients(
      model,
      { features, labels },
      CGD,
    );
    assertClose([loss], [lossOf()], { rtol: 1e-5 });
    const lists: Record<string, readonly (readonly number[])[]> = {
      "main_modules.0.0.weight": main[0]!,
      "main_modules.1.0.weight": main[1]!,
      "main_modules.2.0.weight": main[2]!,
      "auxiliary_module.0.weight": [scale],
      "auxiliary_module.0.bias": [offset],
      "auxiliary_module.1.weight": weights,
      "auxiliary_module.1.bias": [biases],
    };
    for (const [name, rows] of Object.entries(lists)) {
      const expected = rows.flatMap((row) =>
        centralDifferences(row as number[], lossOf)
      );
      const found = gradients[model.variables.get(name)!.name]!.dataSync();
      assertClose(found, expected, { rtol: 1e-4, atol: 2e-5 }, name);
    }
    tf.dispose([features, gradients]);
    await model.dispose();
  },
);

/** A model of nothing but its head: what goes in are features. */
function makeHeadOnly(engine: Engine, D: number): Model {
  const model = makeModel(engine, {
    ...MODEL,
    pooling: "cgd:GSM",
    cgdLength: 6,
    cgdClasses: 2,
    arch: "alexnet",
    widthDivisor: Math.round(256 / D),
  }, null);
  assert.equal(model.localLength, D);
  return model;
}

testOnWasm(
  "computeClassGradients() takes one image of each class, and images that are the same",
  async (engine) => {
    const model = makeModel(engine, MODEL, null);
    const image = tf.randomUniform(
      [1, 3, 4, model.localLength],
      0,
      1,
      "float32",
      1,
    );
    const black = tf.zerosLike(image);
    const batches: [tf.Tensor[], number[]][] = [
      [[image, black, image], [0, 1, 2]],
      [[black, black, black, black], [0, 0, 1, 1]],
    ];
    for (const [features, labels] of batches) {
      const { loss, gradients } = await computeClassGradients(
        model,
        { features: features as tf.Tensor4D[], labels },
        CGD,
      );
      assert.ok(Number.isFinite(loss));
      tf.dispose(gradients);
    }
    tf.dispose([image, black]);
    await model.dispose();
  },
);

testOnWasm(
  "computeClassGradients() gives a loss that is not a number where a feature is not",
  async (engine) => {
    const model = makeModel(engine, MODEL, null);
    const features = [
      tf.fill([2, 3, 4, model.localLength], NaN) as tf.Tensor4D,
    ];
    const { loss, gradients } = await computeClassGradients(
      model,
      { features, labels: [0, 1] },
      CGD,
    );
    assert.ok(Number.isNaN(loss));
    tf.dispose([features, gradients]);
    await model.dispose();
  },
);

testOnWasm(
  "computeClassGradients() gives a loss that is not a number where a gradient is not finite",
  async (engine) => {
    const model = makeModel(engine, { ...MODEL, arch: "alexnet" }, "conv4");
    // Descriptors do not depend on the scale of features; gradients grow as it falls.
    const factors = { "features.8.weight": 1e30, "features.10.weight": 1e-40 };
    for (const [name, factor] of Object.entries(factors)) {
      const variable = model.variables.get(name)!;
      tf.tidy(() => variable.assign(tf.mul(variable, factor)));
    }
    const output = await model.runFrozen(makeImages(4, 67, 67));
    const { loss, classLoss, tripletLoss, gradients } =
      await computeClassGradients(model, {
        features: [output.tensor as tf.Tensor4D],
        labels: [0, 0, 1, 1],
      }, CGD);
    assert.ok(Number.isFinite(classLoss + tripletLoss));
    assert.ok(Number.isNaN(loss), `${loss}`);
    tf.dispose(gradients);
    output.dispose();
    await model.dispose();
  },
);

testOnWasm(
  "computeClassGradients() refuses batches and models that it cannot learn from",
  async (engine) => {
    const refuse = async (
      given: Partial<ModelOptions>,
      labels: number[],
      error: { name: string; where: string; fix: string },
      maxTensorBytes?: number,
    ): Promise<void> => {
      const watched = watchEngine(engine, maxTensorBytes);
      const model = makeModel(watched.engine, { ...MODEL, ...given }, null);
      const features = [tf.ones([2, 3, 4, model.localLength]) as tf.Tensor4D];
      const before = tf.memory().numTensors;
      await assert.rejects(
        computeClassGradients(model, { features, labels }, CGD),
        error,
      );
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
      tf.dispose(features);
      await model.dispose();
    };
    const ofOneClass = {
      name: "ShapeError",
      where: "argument labels (all 2 are of the same class)",
      fix: "make batches of two or more classes",
    };
    await refuse({}, [1, 1], ofOneClass);
    await refuse({}, [1, 1], ofOneClass, 1);
    await refuse({}, [1, 3], {
      name: "ShapeError",
      where: "argument labels (there are logits of 3 classes)",
      fix: "make the auxiliary head for as many classes as the data has",
    });
    await refuse({}, [1, 2, 2], {
      name: "ShapeError",
      where: "argument labels",
      fix: "pass the class of each image",
    });
    const fix =
      "use a pooling such as cgd:SG, and the number of classes of the data";
    const others = [
      [{ pooling: "gem" }, "option pooling: gem"],
      [{ pooling: "cgd:SG", cgdLength: 8 }, "option cgdClasses"],
    ] as const;
    for (const [given, where] of others) {
      const model = makeModel(engine, { arch: "alexnet", ...given }, null);
      await assert.rejects(
        computeClassGradients(model, { features: [], labels: [] }, CGD),
        { name: "OptionsError", where, fix },
      );
      await model.dispose();
    }
  },
);
