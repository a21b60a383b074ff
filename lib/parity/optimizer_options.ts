/**
 * Options of an optimizer and its schedule, as golden cases name them.
 *
 * @module
 */
import type { OptimizerOptions, ScheduleOptions } from "../train/optimizer.ts";
import { TRAIN_DEFAULTS } from "../train/options.ts";
import type { GoldenCase } from "./golden_case.ts";

/** Reads them from the scalars of a case. */
export function readOptimizerOptions(
  golden: GoldenCase,
): OptimizerOptions & ScheduleOptions {
  const name = golden.text("optim");
  if (name !== "SGD" && name !== "ADAM") {
    throw golden.fail(`its optimizer is ${name}, neither SGD nor ADAM`);
  }
  return {
    ...TRAIN_DEFAULTS,
    optimizer: name === "ADAM" ? "adam" : "sgd",
    momentum: golden.number("momentum"),
    weightDecay: golden.number("weight_decay"),
    learningRate: golden.number("lr"),
    lrStepEpochs: golden.number("lrStep"),
    lrGamma: golden.number("lrGamma"),
  };
}
