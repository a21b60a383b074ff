// @ts-check
/// <reference lib="dom" />
// A query in the gallery.
import { make } from "./elements.js";
import { fullSizeOf, makeLateImage, thumbnailOf } from "./images.js";
import { statusOf } from "./selection.js";
import { describeShot, listShots } from "./shots.js";

/** @typedef {import("../../report_data.ts").ReportData} ReportData */
/** @typedef {import("../../report_data.ts").ReportGallery} ReportGallery */
/** @typedef {import("./shots.js").Shot} Shot */

/**
 * @param {ReportData} data
 * @param {number} query
 * @param {string} name What its path is shortened to.
 * @returns {HTMLLIElement} Takes the focus; its images are buttons with `data-shot`.
 */
export function makeCard(data, query, name) {
  const { gallery } = data;
  const status = statusOf(gallery, query);
  const title = `query-${query + 1}-title`;
  return make(
    "li",
    {
      id: `query-${query + 1}`,
      class: "card",
      tabindex: "-1",
      "aria-labelledby": title,
      "data-query": String(query),
      "data-status": status,
    },
    make(
      "p",
      { id: title, class: "card-head" },
      make(
        "span",
        { class: `verdict ${status}` },
        describeStatus(gallery, query),
      ),
      make(
        "span",
        { class: "path", title: gallery.queries.paths[query] ?? "" },
        name,
      ),
      make("span", { class: "aside" }, describePositives(gallery, query)),
      make(
        "a",
        { class: "aside", href: `#query=${query + 1}` },
        `#${query + 1}`,
      ),
    ),
    makeStrip(data, query),
  );
}

/**
 * The images of a query, beside each other.
 *
 * @param {ReportData} data
 * @param {number} query
 * @param {(shots: Shot[]) => Shot[]} [choose] All if left out.
 */
export function makeStrip(data, query, choose = (shots) => shots) {
  const shots = listShots(data, query);
  const tiles = choose(shots).map((shot) =>
    makeTile(data.gallery, shot, shots.indexOf(shot))
  );
  return make("div", { class: "strip" }, ...tiles);
}

/**
 * @param {ReportGallery} gallery
 * @param {Shot} shot
 * @param {number} index Of the shot among those of its query.
 */
function makeTile(gallery, shot, index) {
  const source = thumbnailOf(gallery, shot) ?? fullSizeOf(shot);
  const button = make(
    "button",
    { type: "button", "data-shot": String(index), title: shot.path },
    makeLateImage(source, describeShot(shot)),
  );
  const caption = make(
    "figcaption",
    {},
    make("b", {}, `${shot.name} ${shot.mark}`.trim()),
    make("span", {}, shot.place),
    make("span", { class: "aside" }, shot.distance),
  );
  return make("figure", { class: `shot ${shot.role}` }, button, caption);
}

/**
 * How a query went, in words.
 *
 * @param {ReportGallery} gallery
 * @param {number} query
 */
export function describeStatus(gallery, query) {
  const rank = gallery.firstCorrect[query];
  switch (statusOf(gallery, query)) {
    case "right":
      return "✓ right at 1";
    case "none":
      return "– no positives";
    case "missed":
      return "✗ not found";
    default:
      return `✗ found at ${rank}`;
  }
}

/**
 * @param {ReportGallery} gallery
 * @param {number} query
 */
function describePositives({ numPositives }, query) {
  const positives = numPositives[query] ?? 0;
  return `${positives} ${positives === 1 ? "positive" : "positives"}`;
}
