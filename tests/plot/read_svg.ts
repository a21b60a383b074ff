import assert from "node:assert/strict";
import { parseHTML } from "linkedom";

/** What tests ask of an element. */
export interface SvgElement {
  textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): SvgElement | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

/** Parses a picture, after checking that it is whole XML: browsers show nothing of a file that is not. */
export function readSvg(svg: string): SvgElement {
  checkXml(svg);
  const { document } = parseHTML(svg) as unknown as { document: SvgElement };
  return document.querySelector("svg")!;
}

/** All elements that a selector finds. */
export function findAll(svg: SvgElement, selector: string): SvgElement[] {
  return [...svg.querySelectorAll(selector)];
}

/** Text of all elements that a selector finds. */
export function findTexts(svg: SvgElement, selector = "text"): string[] {
  return findAll(svg, selector).map(({ textContent }) => textContent);
}

/** An attribute as a number. */
export function numberOf(element: SvgElement, name: string): number {
  return Number(element.getAttribute(name));
}

/** The points of a path of lines, `M1,2L3,4`. */
export function pathPoints(path: SvgElement): { x: number; y: number }[] {
  return [...path.getAttribute("d")!.matchAll(/[ML](-?[\d.]+)[, ](-?[\d.]+)/g)]
    .map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

/** A JPEG that no one looks into. */
export const JPEG = {
  jpeg: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9),
  width: 160,
  height: 120,
};

const TAG = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
const ENTITY = /&(?!(?:amp|lt|gt|quot|#\d+);)/;

/** Checks that tags are closed, attributes are quoted and come once, and text is escaped. */
export function checkXml(xml: string): void {
  const open: string[] = [];
  const text = xml.replaceAll(TAG, (_, close, name, attributes, empty) => {
    if (close) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, n]) => n);
    assert.equal(new Set(names).size, names.length, `twice in <${name}>`);
    return "";
  });
  assert.deepEqual(open, []);
  assert.doesNotMatch(text, /[<>]/);
  assert.doesNotMatch(xml, ENTITY);
  assert.doesNotMatch(xml, /[^\P{Cc}\n]|NaN|undefined|Infinity/u);
}
