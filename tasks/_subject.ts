/**
 * What is evaluated: a model, or what another program found.
 *
 * @module
 */
import type { EarlierRun, Evaluation, ImageOptions, RunFlags } from "../mod.ts";

/** What is evaluated. */
export interface Subject extends AsyncDisposable {
  /** Of the model, or of the file of what was found. */
  name: string;
  /** Names its evaluation, such as `pittsburgh_val`. */
  title: string;
  /** The run that it is of, if it is of one. */
  earlier?: EarlierRun;
  /** What computed. */
  engine: { name: string; device: string };
  /** Length of a descriptor; null where there are none. */
  descriptorLength: number | null;
  /** How images are read. */
  images: Partial<ImageOptions>;
  /** What the report says of it, a line each. */
  facts: readonly string[];
  /** The groups of `flags.json` that open it again. */
  flags: RunFlags;
  /** What `--json` says of it besides. */
  stated: object;
  /**
   * Evaluates it.
   *
   * @param work Folder for what is only needed meanwhile.
   */
  evaluate(work: string): Promise<Evaluation>;
  /** Puts what was made for it into the folder of the results, and returns what `flags.json` says of that. */
  keep(output: string): Promise<RunFlags>;
}
