/**
 * The loss of a training, step by step.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { axisDomain, drawAxes, integerTicks } from "./axes.ts";
import { drawLegend } from "./legend.ts";
import { type PlotLook, resolveLook, seriesStyle } from "./look.ts";
import { drawNote, innerWidth, writeSvg } from "./svg.ts";

/** Loss of one step; steps count on over epochs. */
export interface LossPoint {
  /** Of all epochs, ascending. */
  step: number;
  /** Mean over the tuples of the step. */
  loss: number;
}

const LABEL = "Loss by step";

/** The smoothed loss is a mean over about this share of the steps, and no fewer than ten. */
const SMOOTHED_SHARE = 1 / 50;
const SMOOTHED_STEPS = 10;

/** Opacity of the line that is not smoothed. */
const LIGHT = 0.35;

/** Points of a line: more than pixels are of no use. */
const MOST_POINTS = 1000;

/**
 * Draws the loss of each step as a light line, and a smoothed one over it. Losses that are
 * no number leave a gap in the light line.
 *
 * @param steps Losses in order.
 * @param look Width, and where it is shown.
 * @returns SVG.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotLoss } from "@whereabouts/whereabouts";
 *
 * const svg = plotLoss([{ step: 1, loss: 0.2 }, { step: 2, loss: 0.1 }]);
 * ```
 */
export function plotLoss(
  steps: readonly LossPoint[],
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const isAny = steps.some(({ loss }) => Number.isFinite(loss));
  if (!isAny) {
    return writeSvg([drawNote("no loss yet", width)], LABEL, resolved);
  }
  const { color: stroke } = seriesStyle(0, resolved);
  const x = axisDomain(steps.map(({ step }) => step));
  const raw = thin(steps);
  const smooth = thin(smoothLoss(steps));
  const legend = drawLegend([
    { title: "each step", color: stroke, shape: "line", opacity: LIGHT },
    { title: "smoothed", color: stroke, shape: "line" },
  ], width);
  const axes = drawAxes({
    width,
    height: 240,
    x: { domain: x, label: "step" },
    y: { label: "loss", grid: true, zero: true },
    marks: [
      Plot.axisX(integerTicks(...x, width / 60), { tickFormat: "d" }),
      Plot.lineY(raw, { x: "step", y: "loss", stroke, strokeOpacity: LIGHT }),
      Plot.lineY(smooth, { x: "step", y: "loss", stroke, strokeWidth: 2.5 }),
      Plot.dot(smooth.slice(-1), { x: "step", y: "loss", fill: stroke, r: 3 }),
    ],
  });
  return writeSvg([legend, axes], LABEL, resolved);
}

/**
 * The exponential mean of the losses so far, without the pull to zero of its start.
 *
 * @returns As long as `steps` less those without a number.
 *
 * Source: Kingma and Ba, Adam, ICLR 2015, section 3 (bias correction).
 */
export function smoothLoss(steps: readonly LossPoint[]): LossPoint[] {
  const keep = 1 -
    1 / Math.max(SMOOTHED_STEPS, SMOOTHED_SHARE * steps.length);
  let [sum, weight] = [0, 0];
  return steps.filter(({ loss }) => Number.isFinite(loss))
    .map(({ step, loss }) => {
      sum = keep * sum + (1 - keep) * loss;
      weight = keep * weight + (1 - keep);
      return { step, loss: sum / weight };
    });
}

/** Of many points the smallest and the largest of each few, so that no peak is lost. */
function thin(points: readonly LossPoint[]): readonly LossPoint[] {
  if (points.length <= MOST_POINTS) return points;
  const size = Math.ceil(2 * points.length / MOST_POINTS);
  const kept: LossPoint[] = [];
  for (let at = 0; at < points.length; at += size) {
    const few = points.slice(at, at + size);
    const low = few.reduce((a, b) => b.loss < a.loss ? b : a);
    const high = few.reduce((a, b) => b.loss > a.loss ? b : a);
    kept.push(...new Set([low, high].sort((a, b) => a.step - b.step)));
  }
  return kept;
}
