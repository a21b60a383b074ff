/**
 * Reads the `.pth` files that it is given one after another, and prints as JSON what each
 * error says and the most memory that the program had.
 *
 * @module
 */
import { CheckpointError } from "../../../lib/errors.ts";
import { readTorchCheckpoint } from "../../../lib/model/weights/torch_checkpoint.ts";

const errors = Deno.args.map((path) => {
  try {
    readTorchCheckpoint(path).tensors;
    return "none";
  } catch (error) {
    return error instanceof CheckpointError
      ? error.where
      : `not ours: ${error}`;
  }
});
console.log(JSON.stringify({ errors, peakMegabytes: readPeak() }));

/** 0 where the system does not tell. */
function readPeak(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(status.match(/VmHWM:\s+(\d+) kB/)![1]) / 1000;
  } catch {
    return 0;
  }
}
