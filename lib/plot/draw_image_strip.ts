/**
 * Strips of images: a query and what was found for it.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { drawJpeg, type JpegImage } from "./jpeg.ts";
import { colorOf, type PlotLook, resolveLook } from "./look.ts";
import {
  drawNote,
  drawText,
  escapeXml,
  innerWidth,
  round,
  type SvgPart,
  writeSvg,
} from "./svg.ts";

/** What an image of a strip is; its frame shows it. */
export type StripKind =
  | "query"
  | "database"
  | "right"
  | "wrong"
  | "positive"
  | "negative";

/** An image of a strip. */
export interface StripImage extends JpegImage {
  /** Below the image; may be empty. */
  caption: string;
  /** Its frame. */
  kind: StripKind;
}

/** Images side by side. */
export interface ImageStrip {
  /** Above the images; may be empty. */
  title: string;
  /** From left to right. */
  images: readonly StripImage[];
}

const GAP = 10;
const TEXT_HEIGHT = 18;

/** Pixels of a frame. */
const FRAME = 4;

/** Widest image, where there are few. */
const MOST_WIDTH = 240;

/** Signs of right and wrong in the corner of an image, 16 pixels wide. */
const SIGNS: Partial<Record<StripKind, string>> = {
  right: "M4 8.5l3 3l5.5 -6.5",
  wrong: "M4.5 4.5l7 7m0 -7l-7 7",
};

/**
 * Draws strips of images below each other, each image in a frame that shows its kind: right
 * ones with a tick and a solid frame, wrong ones with a cross and a dashed frame.
 *
 * @param rows Strips from top to bottom.
 * @param look Width, and where it is shown.
 * @returns SVG with the images in it.
 * @throws {ShapeError} If an image has no size.
 * @throws {OptionsError} If the look is not one.
 *
 * @example
 * ```ts ignore
 * const images = await readStripImages([{ path: "query.jpg", kind: "query" }]);
 * const svg = drawImageStrip([{ title: "a query", images }]);
 * ```
 */
export function drawImageStrip(
  rows: readonly ImageStrip[],
  look: Partial<PlotLook> = {},
): string {
  const resolved = resolveLook(look);
  const width = innerWidth(resolved);
  const label = ["Images", ...rows.map(({ title }) => title)].join("; ");
  const most = Math.max(0, ...rows.map(({ images }) => images.length));
  if (most === 0) {
    return writeSvg([drawNote("no images", width)], label, resolved);
  }
  const cellWidth = Math.min((width + GAP) / most - GAP, MOST_WIDTH);
  return writeSvg(
    rows.map((row) => drawStrip(row, { width, cellWidth, look: resolved })),
    label,
    resolved,
  );
}

function drawStrip(
  { title, images }: ImageStrip,
  { width, cellWidth, look }: {
    width: number;
    cellWidth: number;
    look: PlotLook;
  },
): SvgPart {
  const top = title === "" ? 0 : TEXT_HEIGHT;
  const heights = images.map((image) => {
    checkSize(image);
    return cellWidth * image.height / image.width;
  });
  const most = Math.max(0, ...heights);
  const bottom = images.some(({ caption }) => caption !== "") ? TEXT_HEIGHT : 0;
  const heading = drawText(title, { x: 0, y: 12, isBold: true, room: width });
  const cells = images.map((image, i) =>
    drawCell(image, {
      x: i * (cellWidth + GAP),
      y: top,
      width: cellWidth,
      height: heights[i]!,
    }, look)
  );
  return {
    markup: (title === "" ? "" : heading) + cells.join(""),
    width,
    height: top + most + bottom + GAP,
  };
}

function checkSize({ width, height }: StripImage): void {
  if (width > 0 && height > 0) return;
  throw new ShapeError(`Cannot draw an image of ${width}x${height} pixels`, {
    where: "argument rows, images",
    fix: "pass the width and height of the JPEG",
  });
}

function drawCell(
  image: StripImage,
  place: { x: number; y: number; width: number; height: number },
  look: PlotLook,
): string {
  const { kind, caption } = image;
  const { x, y, width, height } = place;
  const color = colorOf(kind, look);
  const isDashed = kind === "wrong" || kind === "negative";
  const dash = isDashed ? ` stroke-dasharray="10 5"` : "";
  const frame = `<rect data-kind="${kind}" x="${round(x + FRAME / 2)}" y="${
    round(y + FRAME / 2)
  }" width="${round(width - FRAME)}" height="${
    round(height - FRAME)
  }" fill="none" stroke="${color}" stroke-width="${FRAME}"${dash}/>`;
  const sign = SIGNS[kind];
  const corner = sign === undefined
    ? ""
    : `<g transform="translate(${round(x + width - 24)},${
      round(y + 8)
    })"><circle cx="8" cy="8" r="8" fill="${color}"/><path d="${sign}" fill="none" stroke="#ffffff" stroke-width="2"/></g>`;
  const words = caption === ""
    ? ""
    : drawText(caption, { x, y: y + height + 14, room: width });
  return `<g><title>${escapeXml([kind, caption].join(" "))}</title>${
    drawJpeg(image, place)
  }${frame}${corner}${words}</g>`;
}
