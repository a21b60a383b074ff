/**
 * The drawings of the report: curves and the map.
 *
 * @module
 */
import { plotMap } from "../../plot/plot_map.ts";
import { plotRecall } from "../../plot/plot_recall.ts";
import { plotTraining } from "../../plot/plot_training.ts";
import { hasDistances, type ReportData } from "../report_data.ts";
import { EMPTY, html, type Markup, trusted } from "./html.ts";
import { mapContent } from "./map_content.ts";

/** Widths in pixels; narrow enough for labels to be read on a phone. */
const CURVE_WIDTH = 400;
const MAP_WIDTH = 680;

/** Recall@N of every result, and loss and recall by epoch if there was a training. */
export function curvesHtml({ results, training }: ReportData): Markup {
  const curves = results.map(({ title, recall }) => ({
    title,
    points: recall.map(({ n, value, low, high }) => ({
      n,
      recall: value,
      low,
      high,
    })),
  }));
  const recall = plotRecall(curves, { place: "page", width: CURVE_WIDTH });
  return html`
    <section id="curves" aria-labelledby="curves-title">
      <h2 id="curves-title">Curves</h2>
      <div class="curves">
        <figure>
          <figcaption>Recall@N, with its 95 % confidence interval</figcaption>
          ${trusted(recall)}
        </figure>
        ${training.length > 0 ? trainingHtml(training) : EMPTY}
      </div>
    </section>
  `;
}

function trainingHtml(training: ReportData["training"]): Markup {
  const look = { place: "page", width: CURVE_WIDTH } as const;
  return html`
    <figure>
      <figcaption>Training: loss, and recall on the validation split</figcaption>
      ${trusted(plotTraining(training, look))}
    </figure>
  `;
}

/** The map, with what moves it; nothing for classes, which are nowhere. */
export function mapHtml(data: ReportData): Markup {
  if (!hasDistances(data.dataset)) return EMPTY;
  const drawing = plotMap(mapContent(data), {
    place: "page",
    width: MAP_WIDTH,
  });
  const isMap = data.dataset.unit === "meters";
  return html`
    <section id="map" aria-labelledby="map-title">
      <h2 id="map-title">${isMap ? "Map" : "Frames"}</h2>
      <p class="about">${isMap ? ABOUT_MAP : ABOUT_FRAMES}</p>
      <figure class="map">
        <div class="map-frame">
          <div
            id="map-view"
            tabindex="0"
            role="group"
            aria-label="Map of the queries"
            aria-describedby="map-keys"
          >
          ${trusted(drawing)}
        </div>
          <div class="map-tools script-only">
            <button type="button" data-zoom="in" aria-label="Zoom in">+</button>
            <button type="button" data-zoom="out" aria-label="Zoom out">−</button>
            <button type="button" data-zoom="all">All</button>
          </div>
        </div>
        <figcaption>
          <p id="map-status" role="status"></p>
          <div id="map-preview"></div>
          <p id="map-keys" class="keys script-only">
            Click a query to see it. With the map in focus: <kbd>←</kbd>
            <kbd>→</kbd> choose a query, <kbd>Enter</kbd> goes to it,
            <kbd>+</kbd> <kbd>−</kbd> or the wheel zoom, dragging moves.
          </p>
        </figcaption>
      </figure>
    </section>
  `;
}

const ABOUT_MAP =
  "Each query where it was taken (a dot: right at 1, a triangle: wrong), with a line to the first image that was found. Of the database, those images that are in the gallery below.";
const ABOUT_FRAMES =
  "Each query at its frame (a dot: right at 1, a triangle: wrong), with a line to the first frame that was found. What is right is upright. Of the database, those frames that are in the gallery below.";
