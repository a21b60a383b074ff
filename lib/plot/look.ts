/**
 * How a plot looks: in a page, which has a light and a dark side, or on its own.
 *
 * @module
 */
import { oneOf, resolveOptions, type Rule } from "../options.ts";

/** How a plot looks. */
export interface PlotLook {
  /** Width in pixels, 160 to 4096. */
  width: number;
  /**
   * `standalone`: an SVG file of its own, on white, as in a notebook or on GitHub.
   * `page`: part of a page; text and axes have its `currentColor`, colours are the CSS
   * variables `--right`, `--wrong`, `--database`, `--query`, `--positive`, `--negative`, `--prediction`,
   * `--series-1` … `--series-7`, each with the colour of `standalone` where the page has none.
   */
  place: "standalone" | "page";
}

/** The one place where the defaults live. */
export const PLOT_LOOK: Readonly<PlotLook> = Object.freeze({
  width: 640,
  place: "standalone",
});

const WIDTH: Rule = {
  holds: (value) => Number(value) >= 160 && Number(value) <= 4096,
  wanted: "a number from 160 to 4096",
};

/**
 * Fills in the defaults and checks the result.
 *
 * @throws {OptionsError} If a value breaks its rule.
 */
export function resolveLook(given: Partial<PlotLook>): Readonly<PlotLook> {
  return resolveOptions<PlotLook>(given, {
    purpose: "draw a plot",
    defaults: PLOT_LOOK,
    rules: { width: WIDTH, place: oneOf(["standalone", "page"]) },
  });
}

/**
 * Colours that differ for colour-blind eyes too.
 *
 * Source: Okabe and Ito, Color Universal Design, 2008; grey beside them, and a
 * seventh of Paul Tol, Colour schemes, 2021 (wine).
 */
const COLORS = {
  "right": "#009e73",
  "wrong": "#d55e00",
  "database": "#8c8c8c",
  "query": "#0072b2",
  "positive": "#56b4e9",
  "negative": "#cc79a7",
  "prediction": "#0072b2",
  "series-1": "#0072b2",
  "series-2": "#e69f00",
  "series-3": "#009e73",
  "series-4": "#cc79a7",
  "series-5": "#56b4e9",
  "series-6": "#d55e00",
  "series-7": "#882255",
} as const;

/** What a colour stands for. */
export type ColorName = keyof typeof COLORS;

/** Text and axes of a plot on its own. */
export const INK = "#222222";

/** Numbers of series that have a colour of their own. */
const NUM_SERIES = 7;

/** Dashes of series, so that they differ without colour. */
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "5 2", "1 2"] as const;

/** A colour as SVG has it. */
export function colorOf(
  name: ColorName,
  { place }: Pick<PlotLook, "place">,
): string {
  return place === "page" ? `var(--${name}, ${COLORS[name]})` : COLORS[name];
}

/** How the line of a series looks. */
export interface SeriesStyle {
  color: string;
  /** For `stroke-dasharray`. */
  dash: string;
}

/** The style of a series, from 0; after seven, colours come again with other dashes. */
export function seriesStyle(
  index: number,
  look: Pick<PlotLook, "place">,
): SeriesStyle {
  const number = index % NUM_SERIES + 1;
  const round = Math.floor(index / NUM_SERIES);
  return {
    color: colorOf(`series-${number}` as ColorName, look),
    dash: DASHES[(index + round) % DASHES.length]!,
  };
}
