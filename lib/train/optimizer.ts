/**
 * The optimizers: SGD and Adam, as PyTorch has them.
 *
 * @module
 */
import * as tf from "../engine/tf.ts";
import { ShapeError } from "../errors.ts";
import { fromVariable, toVariable } from "../model/parameters.ts";
import { checkTensors, type NamedTensors } from "../model/weights/tensors.ts";
import type { ClassTrainOptions } from "./class_options.ts";
import type { TrainOptions } from "./options.ts";

/** Which optimizer, and how it moves. */
export type OptimizerOptions = Pick<
  TrainOptions,
  "optimizer" | "momentum" | "weightDecay"
>;

/** What decides when the learning rate decreases. */
type DecreaseOptions = Pick<
  TrainOptions,
  "optimizer" | "lrStepEpochs" | "lrDelayEpochs"
>;

/** What decides the learning rate of an epoch. */
export type ScheduleOptions =
  & DecreaseOptions
  & Pick<TrainOptions, "learningRate" | "lrGamma">;

/** What decides the learning rate of an epoch by milestones. */
export type MilestoneOptions = Pick<
  ClassTrainOptions,
  "epochs" | "learningRate" | "lrMilestones" | "lrGamma"
>;

/** What decides how often an epoch refreshes the descriptor cache. */
export type RefreshOptions =
  & DecreaseOptions
  & Pick<TrainOptions, "cacheRefreshQueries" | "cacheRefreshGrowth">;

/** Moves variables against their gradients. */
export interface Optimizer {
  /**
   * Makes one step.
   *
   * @param gradients One for each variable, by `variable.name`, as `tf.variableGrads`
   * returns them. The caller disposes them.
   * @param learningRate Of this step.
   * @throws {ShapeError} If a gradient is missing or misshapen.
   */
  step(gradients: tf.NamedTensorMap, learningRate: number): void;
  /**
   * All that a later run needs to go on to the bit: `step`, the number of steps,
   * and the buffers, such as `exp_avg.pool.centroids`, in state-dict order of axes.
   */
  exportState(): Promise<NamedTensors>;
  /**
   * Goes on from an exported state.
   *
   * @param source The file it came from, for the error.
   * @throws {CheckpointError} If a tensor is missing or misshapen; it names every one.
   */
  importState(source: string, state: NamedTensors): Promise<void>;
  /** Frees the buffers; the variables stay. */
  dispose(): void;
}

/** How an optimizer moves one variable. */
interface UpdateRule {
  /** Names of the running values that it keeps for a variable, as PyTorch has them. */
  buffers: readonly string[];
  /** Updates the buffers and returns the variable's new value. */
  update(variable: tf.Variable, gradient: tf.Tensor, at: {
    buffers: readonly tf.Variable[];
    learningRate: number;
    /** Steps made, this one included. */
    step: number;
  }): tf.Tensor;
}

/**
 * Creates an optimizer whose buffers are zero.
 *
 * @param variables What it moves, by state-dict name.
 * @returns The caller disposes it.
 */
export function createOptimizer(
  options: OptimizerOptions,
  variables: ReadonlyMap<string, tf.Variable>,
): Optimizer {
  const rule = options.optimizer === "adam" ? ADAM : sgd(options);
  return new BufferedOptimizer(rule, variables);
}

/**
 * The learning rate of an epoch: `lr · γ^⌊(epoch − delay) / step⌋` for SGD, constant for Adam.
 *
 * @param epoch From 1.
 *
 * Source: `StepLR` as pytorch-NetVlad's main.py steps it, before each epoch: no
 * delay. Relja's program decreases an epoch later.
 */
export function learningRateAt(
  epoch: number,
  options: ScheduleOptions,
): number {
  return options.learningRate *
    options.lrGamma ** countDecreases(epoch, options);
}

/**
 * The learning rate of an epoch: `lr · γ^n` after n of the milestones; the first epoch comes before all.
 *
 * @param epoch From 1.
 *
 * Source: `MultiStepLR`, stepped after each epoch, as in leftthomas/CGD.
 */
export function milestoneRateAt(
  epoch: number,
  { epochs, learningRate, lrMilestones, lrGamma }: MilestoneOptions,
): number {
  const passed = lrMilestones.filter((share) =>
    epoch > Math.max(1, Math.floor(share * epochs))
  );
  return learningRate * lrGamma ** passed.length;
}

/**
 * Queries between two refreshes of the descriptor cache in an epoch.
 *
 * @param epoch From 1.
 *
 * Source: Relja's program doubles the interval whenever it halves the learning rate.
 */
export function refreshQueriesAt(
  epoch: number,
  options: RefreshOptions,
): number {
  const { cacheRefreshQueries, cacheRefreshGrowth } = options;
  const growth = cacheRefreshGrowth ** countDecreases(epoch, options);
  return Math.min(
    Math.round(cacheRefreshQueries * growth),
    Number.MAX_SAFE_INTEGER,
  );
}

/** How often the learning rate has decreased by an epoch. */
function countDecreases(
  epoch: number,
  { optimizer, lrStepEpochs, lrDelayEpochs }: DecreaseOptions,
): number {
  if (optimizer === "adam") return 0;
  return Math.max(0, Math.floor((epoch - lrDelayEpochs) / lrStepEpochs));
}

/**
 * `g += decay·w; m = momentum·m + g; w −= lr·m`.
 *
 * Source: `torch.optim.SGD`.
 */
function sgd({ momentum, weightDecay }: OptimizerOptions): UpdateRule {
  return {
    buffers: momentum > 0 ? ["momentum_buffer"] : [],
    update: (variable, gradient, { buffers: [buffer], learningRate }) => {
      const decayed = tf.add(gradient, tf.mul(variable, weightDecay));
      if (buffer) buffer.assign(tf.add(tf.mul(buffer, momentum), decayed));
      return tf.sub(variable, tf.mul(buffer ?? decayed, learningRate));
    },
  };
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Source: Kingma and Ba, Adam, ICLR 2015, algorithm 1; `torch.optim.Adam`. */
const ADAM: UpdateRule = {
  buffers: ["exp_avg", "exp_avg_sq"],
  update: (variable, gradient, { buffers, learningRate, step }) => {
    const [mean, meanSquare] = buffers as [tf.Variable, tf.Variable];
    blend(mean, gradient, BETA_1);
    blend(meanSquare, tf.square(gradient), BETA_2);
    const root = tf.div(tf.sqrt(meanSquare), Math.sqrt(1 - BETA_2 ** step));
    const stepSize = learningRate / (1 - BETA_1 ** step);
    const change = tf.div(tf.mul(mean, stepSize), tf.add(root, EPSILON));
    return tf.sub(variable, change);
  },
};

/** Moves a running mean towards a value. */
function blend(mean: tf.Variable, value: tf.Tensor, share: number): void {
  mean.assign(tf.add(tf.mul(mean, share), tf.mul(value, 1 - share)));
}

/** Name of the tensor that holds the number of steps. */
const STEP = "step";

class BufferedOptimizer implements Optimizer {
  readonly #rule: UpdateRule;
  readonly #variables: ReadonlyMap<string, tf.Variable>;
  /** Running values of each variable, in the order of the rule. */
  readonly #buffers = new Map<string, tf.Variable[]>();
  #step = 0;

  constructor(rule: UpdateRule, variables: ReadonlyMap<string, tf.Variable>) {
    this.#rule = rule;
    this.#variables = variables;
    for (const [name, variable] of variables) {
      const buffers = rule.buffers.map(() =>
        tf.tidy(() => tf.variable(tf.zerosLike(variable), false))
      );
      this.#buffers.set(name, buffers);
    }
  }

  step(gradients: tf.NamedTensorMap, learningRate: number): void {
    for (const [name, variable] of this.#variables) {
      checkGradient(name, variable, gradients[variable.name]);
    }
    const step = ++this.#step;
    for (const [name, variable] of this.#variables) {
      const buffers = this.#buffers.get(name)!;
      const gradient = gradients[variable.name]!;
      tf.tidy(() => {
        const at = { buffers, learningRate, step };
        variable.assign(this.#rule.update(variable, gradient, at));
      });
    }
  }

  async exportState(): Promise<NamedTensors> {
    const state: NamedTensors = new Map([
      [STEP, { shape: [1], data: Float32Array.of(this.#step) }],
    ]);
    for (const { key, name, buffer } of this.#listBuffers()) {
      state.set(key, await fromVariable(name, buffer));
    }
    return state;
  }

  async importState(source: string, state: NamedTensors): Promise<void> {
    const present = await this.exportState();
    const shapes = [...present].map(([key, { shape }]) =>
      [key, shape] as const
    );
    checkTensors(source, state, new Map(shapes));
    this.#step = state.get(STEP)!.data[0]!;
    for (const { key, name, buffer } of this.#listBuffers()) {
      const value = toVariable(name, state.get(key)!);
      buffer.assign(value);
      value.dispose();
    }
  }

  dispose(): void {
    for (const { buffer } of this.#listBuffers()) buffer.dispose();
    this.#buffers.clear();
  }

  /** Every buffer with its name in the state and that of its variable. */
  *#listBuffers(): Generator<{
    key: string;
    name: string;
    buffer: tf.Variable;
  }> {
    for (const [name, buffers] of this.#buffers) {
      for (const [i, buffer] of buffers.entries()) {
        yield { key: `${this.#rule.buffers[i]!}.${name}`, name, buffer };
      }
    }
  }
}

function checkGradient(
  name: string,
  variable: tf.Variable,
  gradient: tf.Tensor | undefined,
): void {
  if (gradient !== undefined && `${gradient.shape}` === `${variable.shape}`) {
    return;
  }
  const found = gradient
    ? `a gradient of shape [${gradient.shape.join(", ")}]`
    : "no gradient";
  throw new ShapeError(`Cannot update ${name} by ${found}`, {
    where: "argument gradients",
    fix: `pass shape [${variable.shape.join(", ")}] as ${variable.name}`,
  });
}
