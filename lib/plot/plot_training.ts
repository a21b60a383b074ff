/**
 * Loss and recall by epoch.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { axisDomain, drawAxes, integerTicks } from "./axes.ts";
import { drawLegend, type LegendEntry } from "./legend.ts";
import {
  type PlotLook,
  resolveLook,
  type SeriesStyle,
  seriesStyle,
} from "./look.ts";
import {
  beside,
  drawNote,
  innerWidth,
  stack,
  type SvgPart,
  writeSvg,
} from "./svg.ts";

/** What is known after an epoch. */
export interface TrainingPoint {
  /** From 1; 0 is before training. */
  epoch: number;
  /** Mean loss; null before training. */
  loss: number | null;
  /** Recall@N by N, fractions in [0, 1]; null where it was not evaluated. */
  recall: Readonly<Record<string, number>> | null;
}

/** A line over epochs. */
interface Series {
  title: string;
  style: SeriesStyle;
  points: { epoch: number; value: number }[];
}

const LABEL = "Loss, and recall of the validation split in percent, by epoch";

/** Below this width the panels are below each other. */
const BESIDE_WIDTH = 480;

/** Epochs whose values are drawn as dots too. */
const MOST_DOTS = 40;

/**
 * Draws the loss, and beside it a line for each Recall@N in percent, over epochs.
 * What is null or no number is left out.
 *
 * @param history Epochs in order, such as the `history` of a training.
 * @param look Width, and where it is shown.
 * @returns SVG.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts
 * import { plotTraining } from "@whereabouts/whereabouts";
 *
 * const svg = plotTraining([
 *   { epoch: 0, loss: null, recall: { 1: 0.42, 5: 0.76 } },
 *   { epoch: 1, loss: 0.22, recall: { 1: 0.54, 5: 0.84 } },
 * ]);
 * ```
 */
export function plotTraining(
  history: readonly TrainingPoint[],
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const whole = innerWidth(resolved);
  if (history.length === 0) {
    return writeSvg([drawNote("no epoch yet", whole)], LABEL, resolved);
  }
  const isWide = whole >= BESIDE_WIDTH;
  const width = isWide ? whole / 2 : whole;
  const x = axisDomain(history.map(({ epoch }) => epoch));
  const losses: Series[] = [{
    title: "mean loss",
    style: seriesStyle(0, resolved),
    points: history.map(({ epoch, loss }) => ({ epoch, value: loss ?? NaN })),
  }];
  const panels = [
    drawPanel(losses, { width, x, y: { label: "loss", zero: true } }),
    drawPanel(listRecalls(history, resolved), {
      width,
      x,
      y: { label: "Recall@N (%)", domain: [0, 100] },
    }),
  ];
  const arrange = isWide ? beside : stack;
  return writeSvg([arrange(panels)], LABEL, resolved);
}

/** A series for each N. */
function listRecalls(
  history: readonly TrainingPoint[],
  look: PlotLook,
): Series[] {
  const names = new Set(
    history.flatMap(({ recall }) => Object.keys(recall ?? {})),
  );
  return [...names].sort((a, b) => Number(a) - Number(b)).map((n, i) => ({
    title: `@${n}`,
    style: seriesStyle(i, look),
    points: history.map(({ epoch, recall }) => ({
      epoch,
      value: 100 * (recall?.[n] ?? NaN),
    })),
  }));
}

function drawPanel(
  series: readonly Series[],
  { width, x, y }: {
    width: number;
    x: [number, number];
    y: Plot.ScaleOptions;
  },
): SvgPart {
  const legend = drawLegend(
    series.map(({ title, style }): LegendEntry => ({
      title,
      shape: "line",
      ...style,
    })),
    width,
  );
  const axes = drawAxes({
    width,
    height: 230,
    x: { domain: x, label: "epoch" },
    y: { grid: true, ...y },
    marks: [
      Plot.axisX(integerTicks(...x, width / 40), { tickFormat: "d" }),
      ...series.flatMap(drawSeries),
    ],
  });
  return stack([legend, axes]);
}

/** A line through the values that are there, also where epochs between them have none. */
function drawSeries({ style, points }: Series): Plot.Markish[] {
  const there = points.filter(({ value }) => Number.isFinite(value));
  const dots = there.length <= MOST_DOTS ? there : [];
  return [
    Plot.lineY(there, {
      x: "epoch",
      y: "value",
      stroke: style.color,
      strokeDasharray: style.dash,
      strokeWidth: 2,
    }),
    Plot.dot(dots, { x: "epoch", y: "value", fill: style.color, r: 3 }),
  ];
}
