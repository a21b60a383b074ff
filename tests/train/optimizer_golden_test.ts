import * as tf from "../../lib/engine/tf.ts";
import { useWasmBackend } from "../../lib/engine/wasm_backend.ts";
import { fromVariable, toVariable } from "../../lib/model/parameters.ts";
import {
  createOptimizer,
  learningRateAt,
  type Optimizer,
} from "../../lib/train/optimizer.ts";
import { assertClose } from "../assert_close.ts";
import { type GoldenArrays, readGoldenArrays } from "../golden/read_arrays.ts";

await useWasmBackend();

type Variables = Map<string, tf.Variable>;

/** Parameters of the golden cases' network, in their order. */
const NAMES = ["head", "c1.weight", "c1.bias", "c2.weight", "c2.bias"];

function readVariables(golden: GoldenArrays): Variables {
  return new Map(NAMES.map((name) => {
    const key = `init/${name}`;
    const tensor = { shape: golden.shape(key), data: golden.float32(key) };
    return [name, toVariable(name, tensor)];
  }));
}

/** Inputs `[N, H, W, C]` and targets `[N, 4]` of a step of a golden case, from 0. */
function readBatch(
  golden: GoldenArrays,
  step: number,
): { x: tf.Tensor4D; y: tf.Tensor2D } {
  const pick = (name: string): tf.Tensor =>
    tf.tidy(() =>
      tf.squeeze(
        tf.slice(tf.tensor(golden.float32(name), golden.shape(name)), step, 1),
        [0],
      )
    );
  return tf.tidy(() => ({
    x: tf.transpose(pick("x"), [0, 2, 3, 1]) as tf.Tensor4D,
    y: pick("y") as tf.Tensor2D,
  }));
}

/** Mean squared error of the golden cases' network. */
function networkLoss(
  variables: Variables,
  { x, y }: { x: tf.Tensor4D; y: tf.Tensor2D },
): tf.Scalar {
  const conv = (input: tf.Tensor4D, name: string): tf.Tensor4D =>
    tf.add(
      tf.conv2d(input, variables.get(`${name}.weight`) as tf.Tensor4D, 1, 1),
      variables.get(`${name}.bias`)!,
    );
  const pooled = tf.maxPool(tf.relu(conv(x, "c1")), 2, 2, "valid");
  const means = tf.mean(conv(pooled, "c2"), [1, 2]); // [N, 5]
  const output = tf.matMul(means, variables.get("head")!);
  return tf.mean(tf.square(tf.sub(output, y)));
}

/** Makes one step and returns the loss before it. */
function trainStep(
  golden: GoldenArrays,
  variables: Variables,
  optimizer: Optimizer,
  { step, learningRate }: { step: number; learningRate: number },
): number {
  const batch = readBatch(golden, step);
  const { value, grads } = tf.variableGrads(
    () => networkLoss(variables, batch),
    [...variables.values()],
  );
  optimizer.step(grads, learningRate);
  const loss = value.dataSync()[0]!;
  tf.dispose([batch, value, grads]);
  return loss;
}

for (const name of ["sgd", "sgd_plain", "adam"]) {
  Deno.test(`createOptimizer() follows the golden trajectory ${name}`, async () => {
    const golden = readGoldenArrays(`d_optim/${name}`);
    const { lr, momentum, weight_decay, lrStep, lrGamma } = golden.scalars;
    const options = {
      optimizer: name === "adam" ? "adam" : "sgd",
      momentum: momentum!,
      weightDecay: weight_decay!,
      learningRate: lr!,
      lrStepEpochs: lrStep!,
      lrGamma: lrGamma!,
    } as const;
    const variables = readVariables(golden);
    const optimizer = createOptimizer(options, variables);
    const rates = golden.float64("lr");
    for (const [step, rate] of rates.entries()) {
      const learningRate = learningRateAt(step + 1, options);
      assertClose([learningRate], [rate], { rtol: 1e-14 }, "learning rate");
      const loss = trainStep(golden, variables, optimizer, {
        step,
        learningRate,
      });
      assertClose(
        [loss],
        golden.float32("loss").subarray(step, step + 1),
        golden.tolerances.loss!,
        "loss",
      );
      for (const [parameter, variable] of variables) {
        const key = `step${step + 1}/${parameter}`;
        assertClose(
          (await fromVariable(parameter, variable)).data,
          golden.float32(key),
          golden.tolerances[key]!,
          key,
        );
      }
    }
    optimizer.dispose();
    tf.dispose([...variables.values()]);
  });
}
