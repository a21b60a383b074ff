// @ts-check
/// <reference lib="dom" />
// The map: moved and enlarged, and a way to the queries.
import { find } from "./elements.js";
import { describeStatus, makeStrip } from "./card.js";
import { shortenPaths } from "./shots.js";
import { keepInside, zoomBox } from "./viewbox.js";

/** @typedef {import("../../report_data.ts").ReportData} ReportData */
/** @typedef {import("./shots.js").Shot} Shot */
/** @typedef {import("./viewbox.js").ViewBox} ViewBox */
/** @typedef {{ query: number, element: SVGGraphicsElement, x: number, y: number }} Mark */

/** How far from a mark a click still means it, in pixels. */
const REACH = 14;
/** Pixels that a pointer may move in a click. */
const STEADY = 4;
const ZOOM_STEP = 1.6;

/**
 * @param {ReportData} data
 * @param {(query: number) => void} goTo What becomes of a query that was clicked.
 * @returns {{ choose: (query: number) => void }} Marks a query.
 */
export function createMap(data, goTo) {
  const drawing = document.querySelector("#map-view svg");
  if (!(drawing instanceof SVGSVGElement)) return { choose: () => {} };
  const view = find("#map-view");
  const window = createWindow(drawing);
  const marks = listMarks(drawing);
  const names = shortenPaths(data.gallery.queries.paths);
  let chosen = -1;
  let told = -1;

  /** @param {number} at Of the mark. */
  function chooseMark(at) {
    marks[chosen]?.element.classList.remove("chosen");
    chosen = at;
    const mark = marks[at];
    mark?.element.classList.add("chosen");
    mark?.element.parentNode?.append(mark.element);
    tell(at);
  }

  /** @param {number} at Of the mark. */
  function tell(at) {
    const query = marks[at]?.query;
    if (query === undefined || at === told) return;
    told = at;
    find("#map-status").textContent = `#${query + 1} ${names[query]}: ${
      describeStatus(data.gallery, query)
    }`;
    const preview = find("#map-preview");
    preview.dataset["query"] = String(query);
    preview.replaceChildren(makeStrip(data, query, chooseFirst));
  }

  /** @param {{ clientX: number, clientY: number }} event */
  function markAt(event) {
    const at = window.positionOf(event);
    const distances = marks.map(({ x, y }) => Math.hypot(x - at.x, y - at.y));
    const nearest = distances.indexOf(Math.min(...distances));
    return (distances[nearest] ?? Infinity) <= REACH * at.unitsPerPixel
      ? nearest
      : -1;
  }

  view.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const mark = marks[chosen];
    if (event.key === "Enter" && mark) goTo(mark.query);
    else if (step) {
      chooseMark((chosen + step + marks.length) % marks.length);
      window.reveal(marks[chosen]);
    } else if (event.key === "+") window.zoom(ZOOM_STEP);
    else if (event.key === "-") window.zoom(1 / ZOOM_STEP);
    else if (event.key === "0") window.showAll();
    else return;
    event.preventDefault();
  });
  onDrag(view, window.moveBy, (event) => {
    const at = markAt(event);
    if (at < 0) return;
    chooseMark(at);
    goTo(marks[at]?.query ?? 0);
  });
  view.addEventListener("pointermove", (event) => {
    const at = event.buttons === 0 ? markAt(event) : -1;
    view.classList.toggle("over-mark", at >= 0);
    tell(at >= 0 ? at : chosen);
  });
  view.addEventListener("wheel", (event) => {
    const isMeant = event.ctrlKey || document.activeElement === view;
    if (!isMeant) return;
    event.preventDefault();
    window.zoom(Math.exp(-event.deltaY / 300), event);
  }, { passive: false });
  find("#map").addEventListener("click", ({ target }) => {
    const zoom = target instanceof HTMLElement ? target.dataset["zoom"] : "";
    if (zoom === "in") window.zoom(ZOOM_STEP);
    if (zoom === "out") window.zoom(1 / ZOOM_STEP);
    if (zoom === "all") window.showAll();
  });
  chooseMark(0);
  const markOf = new Map(marks.map(({ query }, at) => [query, at]));
  return { choose: (query) => chooseMark(markOf.get(query) ?? -1) };
}

/** The query itself, its first prediction, and the first that is right. @param {Shot[]} shots */
function chooseFirst(shots) {
  const [query, first] = shots;
  const right = shots.find(({ role }) => role === "right") ??
    shots.find(({ role }) => role === "positive");
  return [...new Set([query, first, right])].filter((shot) =>
    shot !== undefined
  );
}

/**
 * The marks of queries, and where they are in the drawing.
 *
 * @param {SVGSVGElement} drawing
 * @returns {Mark[]} By query.
 */
function listMarks(drawing) {
  /** @type {NodeListOf<SVGGraphicsElement>} */
  const elements = drawing.querySelectorAll("[data-query]");
  const fromScreen = drawing.getScreenCTM()?.inverse();
  /** @type {Map<Element | null, DOMMatrix | undefined>} */
  const fromGroups = new Map();
  return [...elements].map((element) => {
    const group = element.parentElement;
    if (!fromGroups.has(group) && group instanceof SVGGElement) {
      fromGroups.set(
        group,
        fromScreen?.multiply(group.getScreenCTM() ?? undefined),
      );
    }
    const { x, y, width, height } = element.getBBox();
    const middle = new DOMPoint(x + width / 2, y + height / 2)
      .matrixTransform(fromGroups.get(group));
    const query = Number(element.dataset["query"]);
    return { query, element, x: middle.x, y: middle.y };
  }).sort((a, b) => a.query - b.query);
}

/**
 * The part of the drawing that is seen.
 *
 * @param {SVGSVGElement} drawing
 */
function createWindow(drawing) {
  const { x, y, width, height } = drawing.viewBox.baseVal;
  const whole = { x, y, width, height };
  /** @type {ViewBox} */
  let box = whole;

  /** @param {ViewBox} next */
  function show(next) {
    box = next;
    const zoom = whole.width / box.width;
    drawing.setAttribute(
      "viewBox",
      `${box.x} ${box.y} ${box.width} ${box.height}`,
    );
    drawing.style.setProperty("--zoom", String(zoom));
    drawing.classList.toggle("zoomed", zoom > 1);
  }

  /** @param {{ clientX: number, clientY: number }} event */
  function positionOf({ clientX, clientY }) {
    const toDrawing = drawing.getScreenCTM()?.inverse();
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(toDrawing);
    return { x, y, unitsPerPixel: toDrawing?.a ?? 1 };
  }

  const center = () => ({
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
  });
  return {
    positionOf,
    showAll: () => show(whole),
    /** @param {number} factor @param {MouseEvent} [event] */
    zoom: (factor, event) =>
      show(zoomBox(box, whole, factor, event ? positionOf(event) : center())),
    /** @param {number} right @param {number} down In pixels. */
    moveBy: (right, down) => {
      const scale = 1 / (drawing.getScreenCTM()?.a ?? 1);
      const moved = {
        ...box,
        x: box.x - right * scale,
        y: box.y - down * scale,
      };
      show(keepInside(moved, whole));
    },
    /** @param {Mark | undefined} mark */
    reveal: (mark) => {
      if (!mark) return;
      const isSeen = mark.x > box.x && mark.x < box.x + box.width &&
        mark.y > box.y && mark.y < box.y + box.height;
      if (isSeen) return;
      const x = mark.x - box.width / 2;
      const y = mark.y - box.height / 2;
      show(keepInside({ ...box, x, y }, whole));
    },
  };
}

/**
 * Tells dragging from clicking.
 *
 * @param {HTMLElement} element
 * @param {(right: number, down: number) => void} move
 * @param {(event: PointerEvent) => void} click
 */
function onDrag(element, move, click) {
  let travelled = 0;
  element.addEventListener("pointerdown", () => {
    travelled = 0;
  });
  element.addEventListener("pointermove", (event) => {
    if (event.buttons !== 1) return;
    travelled += Math.abs(event.movementX) + Math.abs(event.movementY);
    if (travelled <= STEADY) return;
    element.setPointerCapture(event.pointerId);
    move(event.movementX, event.movementY);
  });
  element.addEventListener("pointerup", (event) => {
    if (event.button === 0 && travelled <= STEADY) click(event);
  });
}
