/**
 * EXIF orientation: which way is up.
 *
 * @module
 */
import type { RgbImage } from "./rgb_image.ts";

/** Which way a camera was held, 1 to 8; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const MARKER = { app1: 0xe1, startOfScan: 0xda };
const EXIF_HEADER = "Exif\0\0";
const ORIENTATION_TAG = 0x0112;

/**
 * Reads the orientation from the EXIF data of a JPEG.
 *
 * @param bytes The file.
 * @returns 1 where there is none, where it is damaged, and for other formats.
 *
 * Source: EXIF 2.32, section 4.6.4; TIFF 6.0, section 2.
 */
export function readOrientation(bytes: Uint8Array): Orientation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.byteLength < 2 || view.getUint16(0) !== 0xffd8) return 1;
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === MARKER.startOfScan) return 1;
    const end = at + 2 + view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, end);
    if (marker === MARKER.app1 && beginsWithExif(segment)) {
      return readTiffOrientation(segment.subarray(EXIF_HEADER.length));
    }
    at = end;
  }
  return 1;
}

function beginsWithExif(segment: Uint8Array): boolean {
  return String.fromCharCode(...segment.subarray(0, EXIF_HEADER.length)) ===
    EXIF_HEADER;
}

/** Looks for the orientation in the first directory of a TIFF structure. */
function readTiffOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const isLittleEndian = view.getUint16(0) === 0x4949; // "II"
  const directory = view.getUint32(4, isLittleEndian);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, isLittleEndian);
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, isLittleEndian) === ORIENTATION_TAG) {
      const value = view.getUint16(at + 8, isLittleEndian);
      return value >= 1 && value <= 8 ? value as Orientation : 1;
    }
  }
  return 1;
}

/**
 * Turns an image upright.
 *
 * @param image Pixels as the camera stored them, `[H, W, 3]`.
 * @param orientation The EXIF orientation that says how it was held.
 * @returns The upright image, `[W, H, 3]` from orientation 5 on; the same image for orientation 1.
 *
 * Source: EXIF 2.32, section 4.6.4; PIL, `ImageOps.exif_transpose`.
 */
export function orientImage(
  image: RgbImage,
  orientation: Orientation,
): RgbImage {
  if (orientation === 1) return image;
  const { width: W, height: H } = image;
  const [width, height] = orientation >= 5 ? [H, W] : [W, H];
  const { origin, right, down } = walkOf(orientation, W, H);
  const pixels = new Uint8Array(image.pixels.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (origin + x * right + y * down) * 3;
      pixels[to++] = image.pixels[from]!;
      pixels[to++] = image.pixels[from + 1]!;
      pixels[to++] = image.pixels[from + 2]!;
    }
  }
  return { width, height, pixels };
}

/** The stored pixel that comes first, and the steps from it to the pixels right of and below it. */
function walkOf(
  orientation: Exclude<Orientation, 1>,
  W: number,
  H: number,
): { origin: number; right: number; down: number } {
  const [topRight, bottomLeft, bottomRight] = [W - 1, (H - 1) * W, H * W - 1];
  switch (orientation) {
    case 2:
      return { origin: topRight, right: -1, down: W };
    case 3:
      return { origin: bottomRight, right: -1, down: -W };
    case 4:
      return { origin: bottomLeft, right: 1, down: -W };
    case 5:
      return { origin: 0, right: W, down: 1 };
    case 6:
      return { origin: bottomLeft, right: -W, down: 1 };
    case 7:
      return { origin: bottomRight, right: -W, down: -1 };
    case 8:
      return { origin: topRight, right: W, down: -1 };
  }
}
