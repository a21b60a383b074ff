// @ts-check
// Which queries are shown, in which order: from what is asked for to rows of the gallery, and to a link.

/** @typedef {import("../../report_data.ts").ReportGallery} ReportGallery */
/** @typedef {"right" | "found" | "later" | "missed" | "none"} Status */
/** @typedef {{ show: string, text: string, sort: string, page: number }} View */

/** Queries on a page. */
export const PAGE_QUERIES = 50;

/** @type {Readonly<View>} */
export const WHOLE_VIEW = { show: "all", text: "", sort: "order", page: 1 };

const WRONG = ["found", "later", "missed"];

/** @type {Record<string, (status: Status) => boolean>} */
const SHOWN = {
  all: () => true,
  right: (status) => status === "right",
  wrong: (status) => WRONG.includes(status),
  found: (status) => status === "found",
  later: (status) => status === "later",
  missed: (status) => status === "missed",
  none: (status) => status === "none",
};

/** @type {Record<string, (gallery: ReportGallery, query: number) => number>} */
const SORT_KEYS = {
  near: (gallery, query) => firstOf(gallery.distances, gallery, query),
  far: (gallery, query) => -firstOf(gallery.distances, gallery, query),
  exact: (gallery, query) => firstOf(gallery.positionDistances, gallery, query),
  off: (gallery, query) => -firstOf(gallery.positionDistances, gallery, query),
};

/**
 * How a query went: right at 1, found among the predictions that are shown, found later, not found,
 * or without a positive that could be found.
 *
 * @param {ReportGallery} gallery
 * @param {number} query
 * @returns {Status}
 */
export function statusOf({ firstCorrect, numPositives, count }, query) {
  const rank = firstCorrect[query] ?? 0;
  if (rank === 1) return "right";
  if (rank > 1) return rank <= count ? "found" : "later";
  return numPositives[query] === 0 ? "none" : "missed";
}

/**
 * How many queries each value of `show` has.
 *
 * @param {ReportGallery} gallery
 * @returns {Record<string, number>}
 */
export function countShown(gallery) {
  const statuses = gallery.queries.paths.map((_, query) =>
    statusOf(gallery, query)
  );
  return Object.fromEntries(
    Object.entries(SHOWN).map(([show, shows]) => [
      show,
      statuses.filter(shows).length,
    ]),
  );
}

/**
 * Rows of the queries that a view has, on all its pages, in its order.
 *
 * @param {ReportGallery} gallery
 * @param {View} view
 * @returns {number[]}
 */
export function selectQueries(gallery, { show, text, sort }) {
  const wanted = text.toLowerCase();
  const shows = SHOWN[show] ?? (() => true);
  const rows = [...gallery.queries.paths.keys()].filter((query) =>
    shows(statusOf(gallery, query)) &&
    (gallery.queries.paths[query] ?? "").toLowerCase().includes(wanted)
  );
  const keyOf = SORT_KEYS[sort];
  if (!keyOf) return rows;
  const keys = new Map(rows.map((query) => [query, keyOf(gallery, query)]));
  const key = (/** @type {number} */ query) => keys.get(query) ?? NaN;
  return rows.sort((a, b) => compare(key(a), key(b)) || a - b);
}

/** What is not known comes last. @param {number} a @param {number} b */
function compare(a, b) {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  return a - b;
}

/**
 * A value of the first prediction of a query; NaN where there is none.
 *
 * @param {readonly number[]} values `[Q·R]`
 * @param {ReportGallery} gallery
 * @param {number} query
 */
function firstOf(values, { count, predictions }, query) {
  const at = query * count;
  return (predictions[at] ?? -1) < 0 ? NaN : values[at] ?? NaN;
}

/**
 * A view as it stands in a link: only what differs from the whole.
 *
 * @param {View} view
 * @returns {string} Empty for the whole.
 */
export function formatView(view) {
  const entries = Object.entries(view).filter(([name, value]) =>
    value !== Object(WHOLE_VIEW)[name]
  );
  return new URLSearchParams(entries.map(([name, value]) => [
    name,
    String(value),
  ])).toString();
}

/**
 * Reads a view from a link. What it does not know it leaves as it is in the whole.
 *
 * @param {string} hash With or without `#`.
 * @returns {View}
 */
export function parseView(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const show = given.get("show") ?? "";
  const sort = given.get("sort") ?? "";
  const page = Number(given.get("page"));
  return {
    show: Object.hasOwn(SHOWN, show) ? show : WHOLE_VIEW.show,
    text: given.get("text") ?? "",
    sort: Object.hasOwn(SORT_KEYS, sort) ? sort : WHOLE_VIEW.sort,
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}
