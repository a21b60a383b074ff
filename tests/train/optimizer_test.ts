import assert from "node:assert/strict";
import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { toVariable } from "../../lib/model/parameters.ts";
import { createRandom } from "../../lib/random.ts";
import { TRAIN_DEFAULTS, type TrainOptions } from "../../lib/train/options.ts";
import {
  createOptimizer,
  learningRateAt,
  type Optimizer,
  type OptimizerOptions,
  refreshQueriesAt,
} from "../../lib/train/optimizer.ts";
import { assertClose } from "../assert_close.ts";

await useWasmBackend();

/** One update by a float32 program, against the same in double precision. */
const FLOAT32 = { rtol: 1e-6, atol: 1e-7 };

const SGD: OptimizerOptions = {
  optimizer: "sgd",
  momentum: 0.9,
  weightDecay: 0.001,
};
const PLAIN: OptimizerOptions = { ...SGD, momentum: 0, weightDecay: 0 };
const ADAM: OptimizerOptions = { ...SGD, optimizer: "adam" };

type Variables = Map<string, tf.Variable>;

function release(variables: Variables, optimizer: Optimizer): void {
  optimizer.dispose();
  tf.dispose([...variables.values()]);
}

/** A filter, soft-assignment weights and a bias: each kind of layout. */
function makeVariables(): Variables {
  const random = createRandom(5);
  const normal = (count: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: count }, () => random.nextNormal());
  return new Map([
    ["c.weight", { shape: [2, 3, 3, 3], data: normal(54) }],
    ["c.bias", { shape: [2], data: normal(2) }],
    ["pool.conv.weight", { shape: [4, 5, 1, 1], data: normal(20) }],
  ].map(([name, tensor]) => [
    name as string,
    toVariable(name as string, tensor as Parameters<typeof toVariable>[1]),
  ]));
}

/** Makes `count` steps with gradients that depend on the step and on the variables. */
function makeSteps(
  variables: Variables,
  optimizer: Optimizer,
  { first, count }: { first: number; count: number },
): void {
  for (let step = first; step < first + count; step++) {
    const { value, grads } = tf.variableGrads(() =>
      tf.addN(
        [...variables.values()].map((variable) =>
          tf.sum(tf.cos(tf.add(variable, step)))
        ),
      ) as tf.Scalar, [...variables.values()]);
    optimizer.step(grads, 0.1 / step);
    tf.dispose([value, grads]);
  }
}

async function valuesOf(variables: Variables): Promise<number[][]> {
  const values = [];
  for (const variable of variables.values()) {
    values.push([...await variable.data()]);
  }
  return values;
}

for (
  const [name, options] of Object.entries({
    "SGD with momentum": SGD,
    "plain SGD": PLAIN,
    "Adam": ADAM,
  })
) {
  Deno.test(`exportState() lets ${name} go on to the bit`, async () => {
    const whole = makeVariables();
    const uninterrupted = createOptimizer(options, whole);
    makeSteps(whole, uninterrupted, { first: 1, count: 7 });

    const split = makeVariables();
    const before = createOptimizer(options, split);
    makeSteps(split, before, { first: 1, count: 3 });
    const state = await before.exportState();
    const after = createOptimizer(options, split);
    await after.importState("a run", state);
    makeSteps(split, after, { first: 4, count: 4 });

    assert.deepEqual(await valuesOf(split), await valuesOf(whole));
    assert.deepEqual(
      await after.exportState(),
      await uninterrupted.exportState(),
    );
    before.dispose();
    release(whole, uninterrupted);
    release(split, after);
  });

  Deno.test(`createOptimizer() with ${name} frees everything but its buffers, and those on dispose()`, async () => {
    const variables = makeVariables();
    const before = tf.memory().numTensors;
    const optimizer = createOptimizer(options, variables);
    const state = await optimizer.exportState();
    const during = tf.memory().numTensors;
    assert.equal(during - before, state.size - 1);
    makeSteps(variables, optimizer, { first: 1, count: 2 });
    await optimizer.importState("a run", await optimizer.exportState());
    assert.equal(tf.memory().numTensors, during);
    optimizer.dispose();
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([...variables.values()]);
  });
}

Deno.test("exportState() names its tensors as PyTorch does, in state-dict order of axes", async () => {
  const shapesOf = async (
    options: OptimizerOptions,
  ): Promise<Record<string, number[]>> => {
    const variables = makeVariables();
    const optimizer = createOptimizer(options, variables);
    const state = await optimizer.exportState();
    release(variables, optimizer);
    return Object.fromEntries([...state].map(([key, { shape }]) => [
      key,
      shape,
    ]));
  };
  assert.deepEqual(await shapesOf(SGD), {
    "step": [1],
    "momentum_buffer.c.weight": [2, 3, 3, 3],
    "momentum_buffer.c.bias": [2],
    "momentum_buffer.pool.conv.weight": [4, 5, 1, 1],
  });
  assert.deepEqual(Object.keys(await shapesOf(PLAIN)), ["step"]);
  assert.deepEqual(Object.keys(await shapesOf(ADAM)), [
    "step",
    "exp_avg.c.weight",
    "exp_avg_sq.c.weight",
    "exp_avg.c.bias",
    "exp_avg_sq.c.bias",
    "exp_avg.pool.conv.weight",
    "exp_avg_sq.pool.conv.weight",
  ]);
});

Deno.test("step() of SGD decays every variable, biases too", () => {
  const variables = makeVariables();
  const optimizer = createOptimizer({ ...SGD, weightDecay: 0.5 }, variables);
  const before = [...variables.values()].map((v) => [...v.dataSync()]);
  const zeros = Object.fromEntries(
    [...variables.values()].map((v) => [v.name, tf.zerosLike(v)]),
  );
  optimizer.step(zeros, 0.25);
  [...variables.values()].forEach((variable, i) =>
    assertClose(
      variable.dataSync(),
      before[i]!.map((w) => w * (1 - 0.25 * 0.5)),
      FLOAT32,
    )
  );
  tf.dispose(zeros);
  release(variables, optimizer);
});

Deno.test("step() of Adam moves by the learning rate at first, whatever the gradient's size", () => {
  const variables = makeVariables();
  const optimizer = createOptimizer(ADAM, variables);
  const bias = variables.get("c.bias")!;
  const before = [...bias.dataSync()];
  const gradients: tf.NamedTensorMap = Object.fromEntries(
    [...variables.values()].map((v) => [v.name, tf.zerosLike(v)]),
  );
  gradients[bias.name] = tf.tensor1d([1e-3, -1e3]);
  optimizer.step(gradients, 0.5);
  assertClose(
    bias.dataSync(),
    [before[0]! - 0.5, before[1]! + 0.5],
    { atol: 1e-5 },
  );
  tf.dispose(gradients);
  release(variables, optimizer);
});

Deno.test("step() says which gradient is missing or misshapen, and moves nothing", async () => {
  const variables = makeVariables();
  const optimizer = createOptimizer(SGD, variables);
  const before = await valuesOf(variables);
  const gradients = Object.fromEntries(
    [...variables.values()].map((v) => [v.name, tf.onesLike(v)]),
  );
  const { name } = variables.get("pool.conv.weight")!;
  const { [name]: _, ...incomplete } = gradients;
  for (const wrong of [incomplete, { ...gradients, [name]: tf.ones([5, 3]) }]) {
    assert.throws(() => optimizer.step(wrong, 0.1), {
      name: "ShapeError",
      message: /^Cannot update pool\.conv\.weight/,
      where: "argument gradients",
      fix: /\[5, 4\]/,
    });
  }
  assert.deepEqual(await valuesOf(variables), before);
  release(variables, optimizer);
});

Deno.test("importState() names every tensor that is missing or misshapen", async () => {
  const variables = makeVariables();
  const optimizer = createOptimizer(SGD, variables);
  const state = await optimizer.exportState();
  state.delete("momentum_buffer.c.weight");
  state.set("momentum_buffer.c.bias", {
    shape: [3],
    data: new Float32Array(3),
  });
  await assert.rejects(optimizer.importState("checkpoint.safetensors", state), {
    name: "CheckpointError",
    where:
      /checkpoint\.safetensors; missing: momentum_buffer\.c\.weight; misshapen: momentum_buffer\.c\.bias/,
  });
  release(variables, optimizer);
});

Deno.test("learningRateAt() first decreases in the epoch lrStepEpochs, and never for Adam", () => {
  const rates = (optimizer: "sgd" | "adam"): number[] =>
    [1, 4, 5, 9, 10, 30].map((epoch) =>
      learningRateAt(epoch, { ...TRAIN_DEFAULTS, optimizer }) / 1e-4
    );
  assert.deepEqual(rates("sgd"), [1, 1, 0.5, 0.5, 0.25, 1 / 64]);
  assert.deepEqual(rates("adam"), [1, 1, 1, 1, 1, 1]);
});

Deno.test("learningRateAt() decreases lrDelayEpochs later", () => {
  const rates = [1, 2, 5, 6, 10, 11].map((epoch) =>
    learningRateAt(epoch, { ...TRAIN_DEFAULTS, lrDelayEpochs: 1 }) / 1e-4
  );
  assert.deepEqual(rates, [1, 1, 1, 0.5, 0.5, 0.25]);
  const late = { ...TRAIN_DEFAULTS, lrDelayEpochs: 7 };
  assert.equal(learningRateAt(1, late), 1e-4);
});

Deno.test("refreshQueriesAt() grows by cacheRefreshGrowth whenever the learning rate decreases", () => {
  const at = (given: Partial<TrainOptions>): number[] =>
    [1, 4, 5, 9, 10].map((epoch) =>
      refreshQueriesAt(epoch, { ...TRAIN_DEFAULTS, ...given })
    );
  assert.deepEqual(at({}), [1000, 1000, 1000, 1000, 1000]);
  assert.deepEqual(at({ cacheRefreshGrowth: 2 }), [
    1000,
    1000,
    2000,
    2000,
    4000,
  ]);
  assert.deepEqual(at({ cacheRefreshGrowth: 1.0005 }).slice(1, 3), [
    1000,
    1001,
  ]);
  assert.deepEqual(
    at({ cacheRefreshGrowth: 2, optimizer: "adam" }),
    at({}),
  );
  const endless = { ...TRAIN_DEFAULTS, cacheRefreshGrowth: 1e300 };
  assert.ok(Number.isSafeInteger(refreshQueriesAt(30, endless)));
});
