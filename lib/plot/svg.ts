/**
 * SVG as text: parts below and beside each other, and the document around them.
 *
 * @module
 */
import { INK, type PlotLook } from "./look.ts";

/** Part of a picture, from its upper left corner. */
export interface SvgPart {
  markup: string;
  width: number;
  height: number;
}

/** The name that XML knows SVG by. */
const NAMESPACE = "http://www.w3.org/2000/svg";

/** Around the parts. */
export const PADDING = 8;

/** Of ordinary text, in pixels. */
export const FONT_SIZE = 12;

/** Width of a part that fills a picture. */
export function innerWidth({ width }: Pick<PlotLook, "width">): number {
  return width - 2 * PADDING;
}

/**
 * Writes a picture of parts below each other: a file of its own, or an element for a page.
 *
 * @param label What it shows, for those who do not see it.
 */
export function writeSvg(
  parts: readonly SvgPart[],
  label: string,
  { width, place }: PlotLook,
): string {
  const { markup, height } = stack(parts);
  const [w, h] = [width, height + 2 * PADDING].map(round);
  const isAlone = place === "standalone";
  const alone = isAlone
    ? `<title>${
      escapeXml(label)
    }</title><rect width="${w}" height="${h}" fill="#ffffff"/>`
    : "";
  const ink = isAlone ? ` color="${INK}"` : "";
  return `<svg xmlns="${NAMESPACE}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}"` +
    ` role="img" aria-label="${escapeXml(label)}"${ink} fill="currentColor"` +
    ` font-family="system-ui, sans-serif" font-size="${FONT_SIZE}"` +
    ` style="max-width:100%;height:auto">${alone}` +
    `<g transform="translate(${PADDING},${PADDING})">${markup}</g></svg>`;
}

/** Parts below each other. */
export function stack(parts: readonly SvgPart[]): SvgPart {
  let height = 0;
  let markup = "";
  for (const part of parts) {
    markup += moved(part, 0, height);
    height += part.height;
  }
  return {
    markup,
    height,
    width: Math.max(0, ...parts.map(({ width }) => width)),
  };
}

/** Parts beside each other. */
export function beside(parts: readonly SvgPart[]): SvgPart {
  let width = 0;
  let markup = "";
  for (const part of parts) {
    markup += moved(part, width, 0);
    width += part.width;
  }
  return {
    markup,
    width,
    height: Math.max(0, ...parts.map(({ height }) => height)),
  };
}

function moved({ markup }: SvgPart, x: number, y: number): string {
  if (x === 0 && y === 0) return markup;
  return `<g transform="translate(${round(x)},${round(y)})">${markup}</g>`;
}

/** Where text is put, and how. */
export interface TextPlace {
  x: number;
  /** Of the line that letters stand on. */
  y: number;
  anchor?: "start" | "middle" | "end";
  isBold?: boolean;
  /** Pixels that there is room for; what is longer is cut, with an ellipsis. */
  room?: number;
}

/** A line of text. */
export function drawText(
  text: string,
  { x, y, anchor = "start", isBold = false, room = Infinity }: TextPlace,
): string {
  const weight = isBold ? ` font-weight="600"` : "";
  return `<text x="${round(x)}" y="${
    round(y)
  }" text-anchor="${anchor}"${weight}>${escapeXml(cutText(text, room))}</text>`;
}

/** A line of ordinary text as a part of its own, for a plot that has nothing to show. */
export function drawNote(text: string, width: number): SvgPart {
  const height = 60;
  const place = { x: width / 2, y: height / 2 + 4, anchor: "middle" as const };
  return {
    markup: `<g opacity="0.7">${drawText(text, { ...place, room: width })}</g>`,
    width,
    height,
  };
}

/** About how wide text is, in pixels. */
export function textWidth(text: string): number {
  let ems = 0;
  for (const letter of text) {
    ems += letter.codePointAt(0)! >= 0x2e80
      ? 1
      : /[A-ZmwMW@%]/.test(letter)
      ? 0.72
      : 0.54;
  }
  return ems * FONT_SIZE;
}

/** Text, or its beginning with an ellipsis. */
function cutText(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(letters.join("") + "…") > room) {
    letters.pop();
  }
  return letters.join("") + "…";
}

/** What XML allows of a text: no control characters and no halves of a character. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\ufffe\uffff]/gu, "\ufffd");
}

/** A text for an element or an attribute. */
export function escapeXml(text: string): string {
  return cleanText(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A tenth of a pixel is enough. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
