/**
 * The choices of another system as the defaults of a task.
 *
 * @module
 */
import {
  COMPAT_NAMES,
  type CompatGroups,
  type CompatOptions,
  listCompatDifferences,
  OptionsError,
  readRunFlags,
  resolveCompatOptions,
  type RunFlags,
  withCompat,
} from "../mod.ts";
import { choice } from "./_flag_types.ts";
import { EVALUATE_FLAGS } from "./_flags.ts";
import { DATASET_FLAGS } from "./_flags_dataset.ts";
import { CLUSTER_FLAGS, MODEL_FLAGS } from "./_flags_model.ts";
import { TRAIN_FLAGS } from "./_flags_train.ts";
import type { TaskRun } from "./_run.ts";
import type { AnyGroup, FlagGroup, GivenOptions } from "./_spec.ts";

/** Whose choices to take. */
export const COMPAT_FLAGS: FlagGroup<CompatOptions> = {
  title: "Compatibility",
  defaults: {},
  resolve: resolveCompatOptions,
  flags: {
    compat: {
      flag: "compat",
      type: choice(COMPAT_NAMES),
      help: "system whose choices take the place of the defaults",
      absent: "none",
    },
  },
};

/** The flags of the options that a system decides. */
const DECIDED = {
  model: MODEL_FLAGS,
  dataset: DATASET_FLAGS,
  cluster: CLUSTER_FLAGS,
  train: TRAIN_FLAGS,
  evaluate: EVALUATE_FLAGS,
} as unknown as Record<keyof CompatGroups, AnyGroup>;

/** The options of a task that a system may decide. */
interface Groups extends CompatGroups {
  compat: CompatOptions;
  checkpoint: { resume?: string };
}

/**
 * Lays the choices of a system under the options given, and says which flags contradict them.
 *
 * A run of ours that is resumed keeps its own options: of its system only the evaluation is still
 * to be chosen.
 *
 * @throws {OptionsError} If the run to resume was started with other choices.
 */
export async function takeProfile<Given>(
  run: TaskRun<Given>,
): Promise<TaskRun<Given>> {
  const given = run.options as unknown as GivenOptions<Groups>;
  const resume = given.checkpoint?.resume;
  const own = resume === undefined ? undefined : await readOwnFlags(resume);
  const compat = own ? keepCompat(given.compat, own) : given.compat.compat;
  if (compat === undefined) return run;
  noteDifferences(run, compat, given);
  const all = withCompat(compat, given);
  const options = own
    ? { ...given, evaluate: all.evaluate, compat: { compat } }
    : all;
  return { ...run, options: options as unknown as GivenOptions<Given> };
}

/** The flags of a run of ours; whether there is a run at all is for others to say. */
async function readOwnFlags(run: string): Promise<RunFlags | undefined> {
  const flags = await readRunFlags(run).catch(() => undefined);
  return flags?.model === undefined ? undefined : flags;
}

function keepCompat(
  { compat: given }: CompatOptions,
  flags: RunFlags,
): CompatOptions["compat"] {
  const compat = (flags.compat ?? undefined) as CompatOptions["compat"];
  if (given === undefined || given === compat) return compat;
  throw new OptionsError("Cannot change whose choices a run follows", {
    where: `option compat is ${given}, the run has ${compat ?? "none"}`,
    fix: "leave it out, or start a new run",
  });
}

function noteDifferences(
  { note }: Pick<TaskRun<unknown>, "note">,
  compat: NonNullable<CompatOptions["compat"]>,
  given: GivenOptions<Groups>,
): void {
  for (const difference of listCompatDifferences(compat, given)) {
    const { flag, type } = DECIDED[difference.group].flags[difference.option]!;
    const [asked, usual] = [difference.given, difference.profile]
      .map((value) => type.show(value as NonNullable<unknown>));
    note(`--${flag} ${asked} as given; ${compat} has ${usual}`);
  }
}
