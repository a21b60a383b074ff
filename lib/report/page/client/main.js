// @ts-check
/// <reference lib="dom" />
// Starts the page.
import { find } from "./elements.js";
import { createGallery } from "./gallery.js";
import { createLightbox } from "./lightbox.js";
import { createMap } from "./map.js";

/** @type {import("../../report_data.ts").ReportData} */
const report = JSON.parse(find("#report-data").textContent ?? "");
const root = document.documentElement;
root.classList.add("scripted");

const gallery = createGallery(report, {
  open: createLightbox(report),
  choose: (query) => map.choose(query),
});
const map = createMap(report, gallery.goTo);

addEventListener("hashchange", gallery.readLink);
gallery.readLink();

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const isTyping = target instanceof Element && target.matches("input, select");
  const isOpen = document.querySelector("dialog[open]") !== null;
  if (isTyping || isOpen || ctrlKey || metaKey || altKey) return;
  if (key === "/") find("#tools [name=text]").focus();
  else if (key === "j") gallery.step(1);
  else if (key === "k") gallery.step(-1);
  else return;
  event.preventDefault();
});

const theme = find("#theme");
const isDark = () =>
  root.dataset["theme"]
    ? root.dataset["theme"] === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
theme.addEventListener("click", () => {
  root.dataset["theme"] = isDark() ? "light" : "dark";
  theme.setAttribute("aria-pressed", String(isDark()));
});
theme.setAttribute("aria-pressed", String(isDark()));

const locateTask = root.dataset["explore"];
if (locateTask) {
  const link = /** @type {HTMLAnchorElement} */ (find("#locate"));
  link.href = locateTask;
  link.hidden = false;
}

addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((group) => {
    group.open = true;
  });
});
