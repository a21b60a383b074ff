/**
 * The frame of the gallery: what `client/` fills with queries.
 *
 * @module
 */
import {
  hasDistances,
  type ReportData,
  type ReportDataset,
} from "../report_data.ts";
import { html, type Markup } from "./html.ts";

/** Name in links, and label. `client/selection.js` says what each shows. */
const SHOWS = [
  ["all", "All"],
  ["right", "✓ Right at 1"],
  ["wrong", "✗ Wrong at 1"],
  ["found", "Found soon"],
  ["later", "Found later"],
  ["missed", "Not found"],
  ["none", "Without positives"],
] as const;

const SORTS = [
  ["order", "as in the dataset"],
  ["near", "descriptor distance, nearest first"],
  ["far", "descriptor distance, farthest first"],
] as const;
const POSITION_SORTS = [
  ["exact", "position error, smallest first"],
  ["off", "position error, largest first"],
] as const;

/** Filters, the list of queries, pages, and the large view. */
export function galleryHtml({ dataset, gallery }: ReportData): Markup {
  const { count } = gallery;
  return html`
    <section id="queries" aria-labelledby="queries-title">
      <h2 id="queries-title">Queries</h2>
      <noscript>
        <p class="about">
          The gallery needs JavaScript. What it shows is also in predictions.csv.
        </p>
      </noscript>
      <div class="script-only">
        <form id="tools" role="search">${toolsHtml(
          count,
          dataset,
        )}</form>
        <div class="counts">
          <p id="count" role="status"></p>
          <p class="keys">
            <kbd>j</kbd> <kbd>k</kbd> next, previous query, <kbd>Enter</kbd> large
            view, <kbd>/</kbd> filter
          </p>
        </div>
        <ol id="cards" style="--tiles: ${count + 2}"></ol>
        <nav id="pages" aria-label="Pages of queries">
          <button type="button" data-turn="-1">← Previous</button>
          <span id="page"></span>
          <button type="button" data-turn="1">Next →</button>
        </nav>
      </div>
    </section>
    ${LIGHTBOX}
  `;
}

function toolsHtml(count: number, dataset: ReportDataset): Markup {
  const possible = SHOWS.filter(([value]) => value !== "found" || count > 1);
  const shows = possible.map(([value, label]) => {
    const text = value === "found" ? describeFound(count) : label;
    return html`
      <label>
        <input type="radio" name="show" value="${value}">
        <span>${text} <b></b></span>
      </label>
    `;
  });
  const possibleSorts = hasDistances(dataset)
    ? [...SORTS, ...POSITION_SORTS]
    : SORTS;
  const sorts = possibleSorts.map(([value, label]) =>
    html`<option value="${value}">${label}</option>`
  );
  return html`
    <fieldset>
      <legend class="unseen">Show</legend>
      ${shows}
    </fieldset>
    <label class="field">Path
      <input
        type="search"
        name="text"
        placeholder="part of a path"
        aria-keyshortcuts="/"
        autocomplete="off"
        spellcheck="false"
      >
    </label>
    <label class="field">Sort <select name="sort">${sorts}</select></label>
  `;
}

function describeFound(count: number): string {
  return count === 2 ? "Found at 2" : `Found at 2–${count}`;
}

const LIGHTBOX = html`
  <dialog id="lightbox" aria-labelledby="lightbox-title">
    <div class="lightbox-head">
      <h3 id="lightbox-title"></h3>
      <button type="button" data-step="-1" aria-label="Previous image">←</button>
      <button type="button" data-step="1" aria-label="Next image"
        autofocus>→</button>
      <button type="button" data-close aria-label="Close">✕</button>
    </div>
    <div id="lightbox-pair"></div>
    <p id="lightbox-missing" role="status"></p>
  </dialog>
`;
