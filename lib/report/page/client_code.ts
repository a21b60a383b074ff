/**
 * The script of the page: the modules of `client/` as one.
 *
 * @module
 */
import card from "./client/card.js" with { type: "text" };
import elements from "./client/elements.js" with { type: "text" };
import gallery from "./client/gallery.js" with { type: "text" };
import images from "./client/images.js" with { type: "text" };
import lightbox from "./client/lightbox.js" with { type: "text" };
import main from "./client/main.js" with { type: "text" };
import map from "./client/map.js" with { type: "text" };
import selection from "./client/selection.js" with { type: "text" };
import shots from "./client/shots.js" with { type: "text" };
import viewbox from "./client/viewbox.js" with { type: "text" };

/** Each after those that it imports. */
const MODULES = [
  elements,
  selection,
  shots,
  images,
  card,
  lightbox,
  gallery,
  viewbox,
  map,
  main,
];

/**
 * One module out of all. They import only one another, and no two have a name in common: without their
 * imports and exports they are one.
 */
export const CLIENT_CODE: string = MODULES.map((code) =>
  code.replaceAll(/^import [^;]*;\n/gm, "").replaceAll(/^export /gm, "")
).join("\n");
