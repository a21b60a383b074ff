/**
 * Loss and recall of a training, as its events come.
 *
 * @module
 */
import type { EpochResult } from "./checkpoint.ts";
import type { TrainEvent } from "./train.ts";

/** Loss of one step. */
export interface StepLoss {
  /** Of all epochs, from 1. */
  step: number;
  /** Before the step. */
  loss: number;
}

/** The curves of a training. */
export interface TrainingCurves {
  /** In order; those of an epoch that was begun again only once. */
  readonly steps: readonly StepLoss[];
  /** In order, epoch 0 first. */
  readonly epochs: readonly EpochResult[];
  /**
   * Adds what an event says.
   *
   * @returns Whether that changed a curve.
   */
  add(event: TrainEvent): boolean;
}

/**
 * Makes empty curves. They also follow a run that is gone on with: what its stopped epoch
 * had left is taken away when the epoch is begun again.
 *
 * @example
 * ```ts
 * import { createTrainingCurves, plotLoss } from "@whereabouts/whereabouts";
 *
 * const curves = createTrainingCurves();
 * const step = { kind: "step", epoch: 1, step: 1, batch: 1, globalStep: 1 } as const;
 * curves.add({ ...step, loss: 0.2, negatives: 10 });
 * console.log(plotLoss(curves.steps));
 * ```
 */
export function createTrainingCurves(): TrainingCurves {
  const steps: StepLoss[] = [];
  const epochs: EpochResult[] = [];
  return {
    steps,
    epochs,
    add(event: TrainEvent): boolean {
      if (event.kind === "step") {
        const { globalStep: step, loss } = event;
        putInOrder(steps, { step, loss }, (point) => point.step);
        return true;
      }
      if (event.kind === "epoch") {
        const { kind: _, isBest: _isBest, evaluation: _evaluation, ...result } =
          event;
        putInOrder(epochs, result, (point) => point.epoch);
        return true;
      }
      return false;
    },
  };
}

/** Takes away what does not come before a point, then adds it. */
function putInOrder<Point>(
  points: Point[],
  point: Point,
  placeOf: (point: Point) => number,
): void {
  while (points.length > 0 && placeOf(points.at(-1)!) >= placeOf(point)) {
    points.pop();
  }
  points.push(point);
}
