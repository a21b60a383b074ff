/**
 * Flags of pytorch-NetVlad's `main.py` that have no counterpart, and what to use instead.
 *
 * @module
 */

/** A flag that is answered, not read. */
export interface RetiredFlag {
  /** Whether a value follows it. */
  takesValue: boolean;
  /** What to do instead. */
  instead: string;
}

const ENGINE = "--engine selects what computes (auto, webgpu, wasm or native)";

/** By the spelling of `main.py`. */
export const RETIRED_FLAGS: ReadonlyMap<string, RetiredFlag> = new Map([
  ["mode", {
    takesValue: true,
    instead: "each mode is a task: deno task cluster, train or test",
  }],
  ["nocuda", { takesValue: false, instead: ENGINE }],
  ["nGPU", { takesValue: true, instead: ENGINE }],
  ["start-epoch", {
    takesValue: true,
    instead: "--resume continues after the last epoch of a run",
  }],
  ["savePath", {
    takesValue: true,
    instead:
      "checkpoints go to checkpoints/ in the run folder, which --runs-path places",
  }],
  ["dataPath", {
    takesValue: true,
    instead:
      "it was the folder of centroids, now --centroids-path; the folder of the dataset is --data-path",
  }],
]);
