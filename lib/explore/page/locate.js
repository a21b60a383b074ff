// @ts-check
/// <reference lib="dom" />
// Sends a photo to the server and shows what it found. Text is set as text, never as markup.

/** @typedef {import("../locating.ts").LocateReply} LocateReply */
/** @typedef {import("../locating.ts").LocatingState} LocatingState */
/** @typedef {import("../refusal.ts").ErrorReply} ErrorReply */

/** Milliseconds between two looks at how far the server is. */
const POLL = 500;

const MAX_BYTES = Number(document.documentElement.dataset["maxBytes"]);

/** @param {string} selector */
function find(selector) {
  const element = document.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`no ${selector}`);
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const input = /** @type {HTMLInputElement} */ (find("#photo"));
const preview = /** @type {HTMLImageElement} */ (find("#preview"));
const progress = /** @type {HTMLProgressElement} */ (find("#progress"));
const root = document.documentElement;

/** The photo that is being located; a later one takes its place. */
let latest = 0;

/** @param {string} text @param {boolean} [isFailure] */
function say(text, isFailure = false) {
  const status = find("#status");
  status.textContent = text;
  status.classList.toggle("failed", isFailure);
}

/** @param {ErrorReply} error */
function sayError({ what, where, fix }) {
  const reason = where ? `\n${where}` : "";
  say(`${what}${reason}\nWhat to do: ${fix}.`, true);
}

/** Says how far the server is until it is ready. */
async function waitUntilReady() {
  while (true) {
    /** @type {LocatingState} */
    const { isReady, phase, done, total } = await (await fetch("/locate/state"))
      .json();
    progress.hidden = isReady;
    if (isReady) return;
    progress.max = Math.max(total, 1);
    progress.value = done;
    const far = total > 0 ? `: ${done} of ${total} images` : "";
    say(`Photos can be located once this is done: ${phase}${far}`);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

const ready = waitUntilReady().then(() => {
  if (latest === 0) say("");
});
ready.catch(() =>
  sayError({
    what: "Cannot reach the server",
    where: "",
    fix: "start deno task explore again, and load this page anew",
  })
);

/** @param {File} photo */
async function locate(photo) {
  const turn = ++latest;
  find("#found").hidden = true;
  if (photo.size > MAX_BYTES) {
    return sayError({
      what: `Cannot take a photo of more than ${MAX_BYTES / 1e6} MB`,
      where: photo.name,
      fix: "choose a smaller one",
    });
  }
  root.classList.add("busy");
  try {
    await ready;
    if (turn !== latest) return;
    say(`Locating ${photo.name} …`);
    const response = await fetch("/locate", { method: "POST", body: photo });
    const reply = await response.json();
    if (turn !== latest) return;
    if (response.ok) show(photo, reply);
    else sayError(reply.error);
  } catch {
    if (turn !== latest) return;
    sayError({
      what: "Cannot send the photo",
      where: photo.name,
      fix: "see whether deno task explore still runs, and try again",
    });
  } finally {
    if (turn === latest) root.classList.remove("busy");
  }
}

/** @param {File} photo @param {LocateReply} reply */
function show(photo, { matches, findings, map }) {
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(photo);
  find("#preview-name").textContent = photo.name;
  find("#findings").replaceChildren(
    ...findings.map((sentence) => make("li", {}, sentence)),
  );
  find("#matches-map").innerHTML = map; // drawn by the server, text in it escaped
  find("#matches-map").hidden = map === "";
  find("#matches").replaceChildren(...matches.map(makeMatch));
  say(`Located ${photo.name}: ${matches.length} nearest images`);
  const found = find("#found");
  found.hidden = false;
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: "nearest" });
}

/** @param {LocateReply["matches"][number]} match @param {number} place */
function makeMatch({ index, name, distance, fromFirst }, place) {
  const image = make("img", {
    src: `/locate/thumbnail/${index}`,
    alt: `Nearest image ${place + 1}: ${name}`,
    decoding: "async",
  });
  const link = make("a", { href: `/locate/image/${index}` }, image);
  const item = make(
    "li",
    {},
    link,
    make(
      "p",
      {},
      make("strong", {}, `${place + 1}`),
      ` distance ${distance.toFixed(3)}`,
    ),
    make("p", {}, place === 0 ? "nearest" : fromFirst),
    make("p", { class: "path" }, name),
  );
  const mark = () =>
    find("#matches-map").querySelector(`[data-query="${place}"]`);
  const choose = () => {
    const shown = mark();
    shown?.classList.add("chosen");
    shown?.parentNode?.append(shown);
  };
  const leave = () => mark()?.classList.remove("chosen");
  link.addEventListener("focus", choose);
  link.addEventListener("blur", leave);
  item.addEventListener("pointerenter", choose);
  item.addEventListener("pointerleave", leave);
  return item;
}

/** @param {DataTransfer | null} data */
function locateFirst(data) {
  const photo = [...data?.files ?? []][0];
  if (photo) locate(photo);
  return photo !== undefined;
}

input.addEventListener("change", () => {
  const photo = input.files?.[0];
  if (photo) locate(photo);
  input.value = ""; // the same photo can be chosen again
});
document.addEventListener("paste", (event) => {
  if (locateFirst(event.clipboardData)) event.preventDefault();
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  root.classList.add("dragging");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) root.classList.remove("dragging");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  root.classList.remove("dragging");
  if (!locateFirst(event.dataTransfer)) {
    sayError({
      what: "Cannot locate what was dropped",
      where: "it is no file",
      fix: "save the photo, and drop its file",
    });
  }
});
