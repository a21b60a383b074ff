// @ts-check
/// <reference lib="dom" />
// Where images come from: out of the report, from beside it, or from the server that gives it.
import { make } from "./elements.js";

/** @typedef {import("../../report_data.ts").ReportGallery} ReportGallery */
/** @typedef {import("./shots.js").Shot} Shot */

/** How far from what is seen images are decoded. */
const NEAR = "600px";

/**
 * The thumbnail of a shot; null if the report has none.
 *
 * @param {ReportGallery} gallery
 * @param {Shot} shot
 */
export function thumbnailOf(gallery, { kind, row }) {
  const images = kind === "query" ? gallery.queries : gallery.database;
  const base64 = images.thumbnails[row];
  return base64 ? `data:image/jpeg;base64,${base64}` : null;
}

/**
 * Address of the image at its full size.
 *
 * @param {Shot} shot
 */
export function fullSizeOf({ kind, row, path }) {
  const server = document.documentElement.dataset["images"];
  if (server) return `${server}${kind}/${row}`;
  return `./${path.split("/").map(encodeURIComponent).join("/")}`;
}

const observer = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting && target instanceof HTMLImageElement) load(target);
  }
}, { rootMargin: NEAR });

/** @param {HTMLImageElement} image */
function load(image) {
  observer.unobserve(image);
  image.src = image.dataset["source"] ?? "";
}

/**
 * An image that is loaded once it is near to what is seen.
 *
 * @param {string} source
 * @param {string} alt
 */
export function makeLateImage(source, alt) {
  const image = make("img", {
    alt,
    decoding: "async",
    "data-source": source,
  });
  image.addEventListener("error", () => image.classList.add("missing"));
  observer.observe(image);
  return image;
}

/** Loads every image of the list, for print. */
addEventListener("beforeprint", () => {
  /** @type {NodeListOf<HTMLImageElement>} */
  const waiting = document.querySelectorAll("img[data-source]:not([src])");
  waiting.forEach(load);
});
