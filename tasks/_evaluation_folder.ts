/**
 * Where an evaluation goes.
 *
 * @module
 */
import { join } from "node:path";
import {
  claimFolder,
  createRunFolder,
  type EvaluateOptions,
  resolveRunOptions,
  type RunOptions,
} from "../mod.ts";
import type { GivenOptions } from "./_spec.ts";
import type { Subject } from "./_subject.ts";

/** Where an evaluation goes, and what is only needed while it runs. */
export interface EvaluationFolder extends AsyncDisposable {
  /** A folder for temporary files. */
  work: string;
  /** Makes the folder of the results, if it is not there. */
  create(): Promise<string>;
}

/**
 * Chooses the folder of an evaluation: the one asked for; else one in the run that the model is
 * of, which is taken for this process alone; else a new run folder, as for a run of
 * pytorch-NetVlad, which is not written to.
 */
export async function openEvaluationFolder(
  { evaluate: { output }, run }: GivenOptions<{
    evaluate: EvaluateOptions;
    run: RunOptions;
  }>,
  { name: subject, title, earlier }: Pick<
    Subject,
    "name" | "title" | "earlier"
  >,
): Promise<EvaluationFolder> {
  await using stack = new AsyncDisposableStack();
  const own = earlier && !earlier.isForeign
    ? join(earlier.folder, `test_${title}`)
    : undefined;
  if (output === undefined && own) stack.use(await claimFolder(own));
  const folder = output ?? own;
  const name = `${subject}_test_${title}`;
  const kept = stack.move();
  return {
    work: folder ?? resolveRunOptions(run).runsPath,
    create: async () => folder ?? await createRunFolder(run, name, new Date()),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
