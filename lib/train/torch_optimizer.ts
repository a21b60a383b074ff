/**
 * The state of an optimizer as PyTorch keeps it, made of ours.
 *
 * @module
 */
import { CheckpointError } from "../errors.ts";
import { checkTensors, type NamedTensors } from "../model/weights/tensors.ts";
import type {
  TorchCheckpoint,
  TorchOptimizer,
  TorchParameterGroup,
  TorchParameterState,
} from "../model/weights/torch_checkpoint.ts";
import type { TrainOptions } from "./options.ts";
import { isRecord } from "../record.ts";

/** What a checkpoint of PyTorch has and ours has not: kept beside it, so that it can go back. */
export interface TorchExtras {
  /** Whether names have the `module` of `DataParallel`. */
  parallel: boolean;
  optimizer?: {
    groups: TorchParameterGroup[];
    /** Numbers of the parameters of which it remembers something. */
    remembered: number[];
  };
}

/** An optimizer of ours, and what else is known of it. */
export interface OptimizerSource {
  /** What it remembers, as a checkpoint has it. */
  optimizer: NamedTensors;
  /** All parameters, in the order of the state dict. */
  parameters: NamedTensors;
  /** If it was PyTorch's before. */
  extras?: TorchExtras["optimizer"];
  /** Options of its run, if it is of one. */
  train: Partial<TrainOptions>;
  /** Learning rate of the last epoch. */
  learningRate: number;
}

/** What each optimizer remembers of a parameter, as PyTorch calls it. */
const BUFFERS = {
  sgd: ["momentum_buffer"],
  adam: ["exp_avg", "exp_avg_sq"],
} as const;

type Kind = keyof typeof BUFFERS;

/** What only PyTorch keeps of a checkpoint. */
export function listTorchExtras(
  { parallel = false, optimizer }: TorchCheckpoint,
): TorchExtras {
  if (optimizer === undefined) return { parallel };
  const { groups, state } = optimizer;
  return { parallel, optimizer: { groups, remembered: [...state.keys()] } };
}

/**
 * Reads what `JSON.stringify` made of `TorchExtras`.
 *
 * @throws {CheckpointError} If it is something else.
 */
export function parseTorchExtras(path: string, text: string): TorchExtras {
  try {
    const extras: unknown = JSON.parse(text);
    if (isExtras(extras)) return extras;
  } catch {
    // Reported below, like JSON of another kind.
  }
  throw new CheckpointError("Cannot read a checkpoint", {
    where: `${path} (its metadata has something else as torch)`,
    fix: "convert it again from the file of PyTorch",
  });
}

function isExtras(value: unknown): value is TorchExtras {
  if (!isRecord(value) || typeof value["parallel"] !== "boolean") return false;
  const { optimizer } = value;
  if (optimizer === undefined) return true;
  return isRecord(optimizer) && isNumbers(optimizer["remembered"]) &&
    Array.isArray(optimizer["groups"]) && optimizer["groups"].length > 0 &&
    optimizer["groups"].every((group) =>
      isRecord(group) && isNumbers(group["params"]) &&
      isRecord(group["options"])
    );
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

/** Numbers of the parameters that are trained, by name: PyTorch's, or counted from 0. */
export function numberTrained(
  { optimizer, parameters, extras }: Pick<
    OptimizerSource,
    "optimizer" | "parameters" | "extras"
  >,
): Map<string, number> {
  const [buffer] = BUFFERS[kindOf(optimizer)];
  const trained = [...parameters.keys()].filter((name) =>
    optimizer.has(`${buffer}.${name}`)
  );
  const numbers = extras?.groups.flatMap(({ params }) => params);
  return new Map(trained.map((name, i) => [name, numbers?.[i] ?? i]));
}

/**
 * Makes what `optimizer.state_dict()` of PyTorch gives.
 *
 * @param path The file it is from, for the error.
 * @returns `undefined` if the learning rate and so on are not known.
 * @throws {CheckpointError} If a tensor is missing or misshapen; it names every one.
 */
export function toTorchOptimizer(
  path: string,
  source: OptimizerSource,
): TorchOptimizer | undefined {
  const { optimizer, parameters, extras } = source;
  const kind = kindOf(optimizer);
  const numbers = numberTrained(source);
  const needed = [...numbers.keys()].flatMap((name) =>
    BUFFERS[kind].map((buffer) =>
      [`${buffer}.${name}`, parameters.get(name)!.shape] as const
    )
  );
  checkTensors(`the optimizer of ${path}`, optimizer, new Map(needed));
  const options = numbers.size > 0 && describeOptions(kind, source);
  const groups = extras?.groups ??
    (options ? [{ params: [...numbers.values()], options }] : undefined);
  if (groups === undefined) return undefined;
  const [step = 0] = optimizer.get("step")?.data ?? [];
  const state = new Map<number, TorchParameterState>();
  for (const [name, number] of numbers) {
    const isRemembered = extras?.remembered.includes(number) ?? step > 0;
    if (!isRemembered) continue;
    const buffers: NamedTensors = new Map(
      BUFFERS[kind].map((buffer) =>
        [buffer, optimizer.get(`${buffer}.${name}`)!] as const
      ),
    );
    state.set(number, { ...(kind === "adam" && { step }), buffers });
  }
  return { kind, groups, state };
}

function kindOf(optimizer: NamedTensors): Kind {
  const isAdam = optimizer.keys().some((key) => key.startsWith("exp_avg."));
  return isAdam ? "adam" : "sgd";
}

/** Options of the one group that our optimizers have. */
function describeOptions(
  kind: Kind,
  { train, learningRate }: OptimizerSource,
): TorchParameterGroup["options"] | undefined {
  const { momentum, weightDecay, learningRate: initial } = train;
  if (momentum === undefined || weightDecay === undefined) return undefined;
  if (initial === undefined) return undefined;
  const lr = learningRate > 0 ? learningRate : initial;
  if (kind === "adam") {
    return {
      ...{ lr, betas: [0.9, 0.999], eps: 1e-8 },
      ...{ ["weight_decay"]: 0, amsgrad: false },
    };
  }
  return {
    ...{ lr, momentum, dampening: 0, ["weight_decay"]: weightDecay },
    ...{ nesterov: false, ["initial_lr"]: initial },
  };
}
