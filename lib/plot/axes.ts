/**
 * Plots with axes: Observable Plot, as a part of a picture.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { FONT_SIZE, type SvgPart } from "./svg.ts";

/** Plots are made in a document of their own: there is no page here. */
const { document } = parseHTML("<html></html>") as unknown as {
  document: NonNullable<Plot.PlotOptions["document"]>;
};

/** Left of the axis of a percentage or a count. */
export const MARGIN_LEFT = 44;

/**
 * Draws a plot with axes. Marks must not clip, use markers or have text in attributes:
 * identifiers would differ from call to call, and text would not be escaped.
 */
export function drawAxes(
  options: Plot.PlotOptions & { width: number; height: number },
): SvgPart {
  const { width, height } = options;
  const svg = Plot.plot({
    marginLeft: MARGIN_LEFT,
    marginRight: 14,
    marginTop: 26,
    marginBottom: 36,
    ...options,
    document,
  });
  svg.querySelector("style")?.remove();
  const markup = `<g text-anchor="middle" font-size="${
    FONT_SIZE - 1
  }">${svg.innerHTML}</g>`;
  return { markup, width, height };
}

/** Where integers are marked on an axis: about `most` of them, at equal steps. */
export function integerTicks(
  low: number,
  high: number,
  most: number,
): number[] {
  const step = niceStep((high - low) / most);
  const ticks = [];
  const first = Math.ceil(low / step) * step;
  for (let tick = first; tick <= high; tick += step) ticks.push(tick);
  return ticks;
}

/** The least of 1, 2, 5, 10, 20, 50, … that is not below `value`. */
function niceStep(value: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))));
  return [1, 2, 5, 10].map((digit) => digit * power)
    .find((step) => step >= value)!;
}

/** Ends of an axis that holds all values, also where they are one, or none. */
export function axisDomain(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  return low < high ? [low, high] : [low - 1, high + 1];
}
