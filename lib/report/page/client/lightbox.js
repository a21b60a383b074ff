// @ts-check
/// <reference lib="dom" />
// The large view: a query beside one of its images, at full size.
import { find, make } from "./elements.js";
import { fullSizeOf, thumbnailOf } from "./images.js";
import { describeShot, listShots } from "./shots.js";

/** @typedef {import("../../report_data.ts").ReportData} ReportData */
/** @typedef {import("./shots.js").Shot} Shot */

/**
 * @param {ReportData} data
 * @returns {(query: number, index: number) => void} Opens it on an image of `listShots`.
 */
export function createLightbox(data) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#lightbox"));
  /** @type {Shot[]} */
  let shots = [];
  let at = 0;

  function show() {
    const shot = shots[at];
    const self = shots[0];
    if (!shot || !self) return;
    find("#lightbox-missing").textContent = "";
    find("#lightbox-title").textContent = `${at + 1} of ${shots.length}`;
    find("#lightbox-pair").replaceChildren(
      ...(at === 0 ? [self] : [self, shot]).map(makePane),
    );
  }

  /** @param {Shot} shot */
  function makePane(shot) {
    const image = make("img", { alt: describeShot(shot) });
    image.addEventListener("error", () => fallBack(image, shot), {
      once: true,
    });
    image.src = fullSizeOf(shot);
    const words = [shot.name, shot.mark, shot.place, shot.distance];
    return make(
      "figure",
      { class: `shot ${shot.role}` },
      image,
      make(
        "figcaption",
        {},
        make("b", {}, words.filter((word) => word !== "").join(" · ")),
        make("span", { class: "path" }, shot.path),
      ),
    );
  }

  /** @param {HTMLImageElement} image @param {Shot} shot */
  function fallBack(image, shot) {
    const thumbnail = thumbnailOf(data.gallery, shot);
    const line = thumbnail === null
      ? `There is no image at ${shot.path}. `
      : `There is no full-size image at ${shot.path}: this is its thumbnail. `;
    find("#lightbox-missing").append(line);
    image.classList.add("missing");
    if (thumbnail === null) return;
    image.classList.replace("missing", "small");
    image.src = thumbnail;
  }

  /** @param {number} by */
  function step(by) {
    at = (at + by + shots.length) % shots.length;
    show();
  }

  dialog.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const { step: by, close } = target.dataset;
    if (target === dialog || close !== undefined) dialog.close();
    if (by !== undefined) step(Number(by));
  });
  dialog.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") step(-1);
    if (key === "ArrowRight") step(1);
  });
  return (query, index) => {
    shots = listShots(data, query);
    at = index;
    show();
    dialog.showModal();
  };
}
