// @ts-check
/// <reference lib="dom" />
// The gallery: a page of the queries that a view has.
import { makeCard } from "./card.js";
import { find } from "./elements.js";
import {
  countShown,
  formatView,
  PAGE_QUERIES,
  parseView,
  selectQueries,
  WHOLE_VIEW,
} from "./selection.js";

import { shortenPaths } from "./shots.js";

/** @typedef {import("../../report_data.ts").ReportData} ReportData */

/**
 * @typedef {object} Gallery
 * @property {(query: number) => void} goTo Shows a query, and everything again if the view leaves it out.
 * @property {(by: number) => void} step Moves the focus to the next or the previous query.
 * @property {() => boolean} readLink Takes view and query from the address; whether there were any.
 */

/**
 * @param {ReportData} data
 * @param {{ open: (query: number, index: number) => void, choose: (query: number) => void }} actions
 *   What becomes of an image that was clicked, and of the query in focus.
 * @returns {Gallery}
 */
export function createGallery(data, { open, choose }) {
  const tools = /** @type {HTMLFormElement} */ (find("#tools"));
  const list = find("#cards");
  const names = shortenPaths(data.gallery.queries.paths);
  let view = { ...WHOLE_VIEW };
  let rows = selectQueries(data.gallery, view);

  const numPages = () => Math.max(1, Math.ceil(rows.length / PAGE_QUERIES));
  const firstOnPage = () => (view.page - 1) * PAGE_QUERIES;

  /** @param {Partial<typeof view>} change */
  function apply(change) {
    view = { ...view, ...change };
    rows = selectQueries(data.gallery, view);
    view.page = Math.min(view.page, numPages());
    const shown = rows.slice(firstOnPage(), firstOnPage() + PAGE_QUERIES);
    list.replaceChildren(
      ...shown.map((query) => makeCard(data, query, names[query] ?? "")),
    );
    writeCounts();
  }

  function writeCounts() {
    const all = data.gallery.queries.paths.length;
    const first = firstOnPage();
    const last = Math.min(first + PAGE_QUERIES, rows.length);
    find("#count").textContent = `${rows.length} of ${all} queries`;
    find("#page").textContent = `${
      first + 1
    }–${last} of ${rows.length}, page ${view.page} of ${numPages()}`;
    find("#pages").hidden = numPages() === 1;
    setDisabled("[data-turn='-1']", view.page === 1);
    setDisabled("[data-turn='1']", view.page === numPages());
  }

  /** The form as the view is. */
  function writeTools() {
    for (const [name, value] of Object.entries(view)) {
      const field = tools.elements.namedItem(name);
      if (field && "value" in field) field.value = String(value);
    }
  }

  /** @param {string} hash */
  function writeLink(hash) {
    const page = location.href.split("#")[0] ?? "";
    history.replaceState(null, "", hash === "" ? page : `${page}#${hash}`);
  }

  /** @param {number} page */
  function turn(page) {
    apply({ page });
    writeLink(formatView(view));
  }

  /** @param {number} query */
  function focusCard(query) {
    const card = document.getElementById(`query-${query + 1}`);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} query */
  function goTo(query) {
    if (!rows.includes(query)) apply(WHOLE_VIEW);
    apply({ page: 1 + Math.floor(rows.indexOf(query) / PAGE_QUERIES) });
    writeTools();
    focusCard(query);
  }

  /** @param {number} by */
  function step(by) {
    const card = document.activeElement?.closest("[data-query]");
    const at = card instanceof HTMLElement && list.contains(card)
      ? rows.indexOf(Number(card.dataset["query"])) + by
      : firstOnPage();
    const query = rows[at];
    if (query === undefined) return;
    const page = 1 + Math.floor(at / PAGE_QUERIES);
    if (page !== view.page) turn(page);
    focusCard(query);
  }

  function readLink() {
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) return false;
    const query = Number(new URLSearchParams(hash).get("query")) - 1;
    apply(parseView(hash));
    writeTools();
    if (data.gallery.queries.paths[query] !== undefined) goTo(query);
    else find("#queries").scrollIntoView();
    return true;
  }

  tools.addEventListener("input", () => {
    const given = new FormData(tools);
    const text = (/** @type {string} */ name) => String(given.get(name) ?? "");
    apply({
      show: text("show"),
      text: text("text"),
      sort: text("sort"),
      page: 1,
    });
    writeLink(formatView(view));
  });
  tools.addEventListener("submit", (event) => event.preventDefault());
  find("#pages").addEventListener("click", ({ target }) => {
    const by = target instanceof HTMLElement ? target.dataset["turn"] : null;
    if (!by) return;
    turn(view.page + Number(by));
    find("#tools").scrollIntoView();
  });
  find("main").addEventListener("click", ({ target }) => {
    const shot = target instanceof Element && target.closest("[data-shot]");
    const card = shot && shot.closest("[data-query]");
    if (!(shot instanceof HTMLElement) || !(card instanceof HTMLElement)) {
      return;
    }
    open(Number(card.dataset["query"]), Number(shot.dataset["shot"]));
  });
  list.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key !== "Enter" || !(target instanceof HTMLLIElement)) return;
    event.preventDefault(); // or it would press the button that gets the focus
    open(Number(target.dataset["query"]), 1);
  });
  list.addEventListener("focusin", ({ target }) => {
    const card = target instanceof Element && target.closest("[data-query]");
    if (card instanceof HTMLElement) choose(Number(card.dataset["query"]));
  });

  const counts = countShown(data.gallery);
  tools.querySelectorAll("[name=show]").forEach((radio) => {
    const show = radio.getAttribute("value") ?? "";
    radio.nextElementSibling?.querySelector("b")?.append(String(counts[show]));
  });
  apply({});
  writeTools();
  return { goTo, step, readLink };
}

/** @param {string} selector @param {boolean} disabled */
function setDisabled(selector, disabled) {
  /** @type {HTMLButtonElement} */ (find(selector)).disabled = disabled;
}
