/**
 * Paints what stands and moves in the streets: lamps, signs, bins, cars, people.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { between, pick, type Rgb, scaleRgb } from "./color.ts";
import {
  type Area,
  createCanvas,
  createTexture,
  fillArea,
  fillEllipse,
  insetArea,
  shadeArea,
  type Texture,
} from "./texture.ts";

/** Sizes of the pictures, in metres. */
export const THING_SIZES = {
  lamp: { widthMeters: 1.6, heightMeters: 6.4 },
  sign: { widthMeters: 0.9, heightMeters: 3 },
  bin: { widthMeters: 0.7, heightMeters: 1.2 },
  person: { widthMeters: 0.7, heightMeters: 1.78 },
  carSide: { widthMeters: 4.4, heightMeters: 1.55 },
  carEnd: { widthMeters: 1.85, heightMeters: 1.55 },
} as const;

const TEXELS_PER_METER = 24;
const IRON: Rgb = [52, 56, 54];
const SIGN_RIMS: readonly Rgb[] = [
  [176, 30, 32],
  [28, 72, 150],
  [176, 30, 32],
  [214, 170, 40],
];
const SKINS: readonly Rgb[] = [
  [222, 180, 150],
  [150, 104, 76],
  [96, 66, 50],
];
const TROUSERS: readonly Rgb[] = [[40, 46, 66], [60, 54, 48], [30, 30, 32]];
const GLASS = { rgb: [30, 36, 42] as Rgb, glass: 0.8 };

/** Paints a street lamp: a pole with one or two heads. */
export function paintLamp(variant: number): Texture {
  const canvas = createCanvas(1.6, 6.4, TEXELS_PER_METER);
  const iron = { rgb: IRON };
  fillArea(canvas, { left: 0.74, right: 0.86, bottom: 0, top: 6 }, iron);
  fillArea(canvas, { left: 0.66, right: 0.94, bottom: 0, top: 0.9 }, iron);
  const heads = variant % 2 === 0 ? [0.8] : [0.3, 1.3];
  for (const x of heads) {
    fillArea(
      canvas,
      {
        left: Math.min(x, 0.8) - 0.04,
        right: Math.max(x, 0.8) + 0.04,
        bottom: 5.6,
        top: 5.7,
      },
      iron,
    );
    fillEllipse(
      canvas,
      { left: x - 0.26, right: x + 0.26, bottom: 5.7, top: 6.25 },
      { rgb: [226, 222, 206], lamp: 1 },
    );
    fillArea(
      canvas,
      { left: x - 0.2, right: x + 0.2, bottom: 6.2, top: 6.32 },
      iron,
    );
  }
  return createTexture(canvas);
}

/** Paints a traffic sign. */
export function paintSign(variant: number): Texture {
  const canvas = createCanvas(0.9, 3, TEXELS_PER_METER);
  fillArea(canvas, { left: 0.41, right: 0.49, bottom: 0, top: 2.6 }, {
    rgb: [120, 122, 124],
  });
  const rim = SIGN_RIMS[variant]!;
  const core: Rgb = variant === 0 ? [236, 234, 228] : scaleRgb(rim, 1.15);
  const plate: Area = { left: 0.08, right: 0.82, bottom: 2.2, top: 2.94 };
  const paint = variant === 1 || variant === 3 ? fillArea : fillEllipse;
  paint(canvas, plate, { rgb: rim });
  paint(canvas, insetArea(plate, 0.1), { rgb: core });
  fillArea(canvas, { left: 0.2, right: 0.7, bottom: 2.5, top: 2.64 }, {
    rgb: variant === 0 ? IRON : [236, 234, 228],
  });
  return createTexture(canvas);
}

/** Paints a litter bin, a post box, a hydrant or a bollard. */
export function paintBin(variant: number): Texture {
  const canvas = createCanvas(0.7, 1.2, TEXELS_PER_METER);
  const rgb =
    ([[48, 78, 60], [178, 36, 34], [206, 156, 40], [90, 92, 94]] as const)[
      variant
    ]!;
  const half = [0.28, 0.26, 0.14, 0.1][variant]!;
  const body = { left: 0.35 - half, right: 0.35 + half, bottom: 0, top: 1 };
  fillArea(canvas, body, { rgb });
  fillEllipse(canvas, { ...body, bottom: 0.86, top: 1.14 }, { rgb });
  shadeArea(canvas, { ...body, left: 0.35 + half * 0.4 }, 0.7);
  shadeArea(canvas, { ...body, bottom: 0.72, top: 0.8 }, 0.4);
  return createTexture(canvas);
}

/** Paints somebody. */
export function paintPerson(random: Random): Texture {
  const canvas = createCanvas(0.7, 1.78, TEXELS_PER_METER);
  const skin = { rgb: pick(random, SKINS) };
  const coat: Rgb = [
    between(random, 20, 200),
    between(random, 20, 170),
    between(random, 20, 180),
  ];
  const trousers = { rgb: pick(random, TROUSERS) };
  const sleeve = { rgb: scaleRgb(coat, 0.8) };
  const stride = between(random, 0.02, 0.12);
  for (const side of [-1, 1]) {
    const leg = middleArea(0.35 + side * (0.08 + stride / 2), 0.16);
    fillArea(canvas, { ...leg, bottom: 0, top: 0.85 }, trousers);
    const arm = middleArea(0.35 + side * 0.25, 0.12);
    fillArea(canvas, { ...arm, bottom: 0.75, top: 1.4 }, sleeve);
  }
  const body = middleArea(0.35, 0.42);
  fillArea(canvas, { ...body, bottom: 0.7, top: 1.46 }, { rgb: coat });
  const head = middleArea(0.35, 0.22);
  fillEllipse(canvas, { ...head, bottom: 1.46, top: 1.76 }, skin);
  return createTexture(canvas);
}

function middleArea(
  middle: number,
  width: number,
): { left: number; right: number } {
  return { left: middle - width / 2, right: middle + width / 2 };
}

/** Paints the side of a white car; its panel has the colour. */
export function paintCarSide(variant: number): Texture {
  const canvas = createCanvas(4.4, 1.55, TEXELS_PER_METER);
  const van = variant === 1;
  const cabin: Area = van
    ? { left: 0.15, right: 3.6, bottom: 0.85, top: 1.52 }
    : { left: 0.7, right: 3.5, bottom: 0.85, top: 1.42 };
  const slant = van ? 0.12 : 0.24;
  const isCabin = (u: number, v: number): boolean =>
    u > slant * 0.7 * v && u < 1 - slant * v;
  fillArea(canvas, { left: 0.02, right: 4.38, bottom: 0.3, top: 0.92 }, {
    rgb: [235, 235, 235],
  });
  fillArea(canvas, cabin, { rgb: [235, 235, 235] }, isCabin);
  fillArea(canvas, insetArea(cabin, 0.09), GLASS, isCabin);
  for (const pillar of [0.38, 0.7]) {
    const x = cabin.left + pillar * (cabin.right - cabin.left);
    fillArea(canvas, { ...cabin, left: x - 0.05, right: x + 0.05 }, {
      rgb: [200, 200, 200],
    });
  }
  shadeArea(canvas, { left: 0, right: 4.4, bottom: 0.3, top: 0.5 }, 0.6);
  fillArea(canvas, { left: 0.02, right: 0.2, bottom: 0.68, top: 0.82 }, {
    rgb: [190, 30, 30],
    lamp: 0.5,
  });
  for (const x of [0.85, 3.55]) {
    const wheel = { left: x - 0.33, right: x + 0.33, bottom: 0, top: 0.66 };
    fillEllipse(canvas, wheel, { rgb: [24, 24, 26] });
    fillEllipse(canvas, insetArea(wheel, 0.16), { rgb: [140, 140, 144] });
  }
  return createTexture(canvas);
}

/** Paints the back of a white car; its panel has the colour. */
export function paintCarEnd(variant: number): Texture {
  const canvas = createCanvas(1.85, 1.55, TEXELS_PER_METER);
  const top = variant === 1 ? 1.52 : 1.42;
  const cabin: Area = { left: 0.12, right: 1.73, bottom: 0.9, top };
  const isCabin = (u: number, v: number): boolean =>
    u > 0.12 * v && u < 1 - 0.12 * v;
  fillArea(canvas, { left: 0.02, right: 1.83, bottom: 0.3, top: 0.95 }, {
    rgb: [225, 225, 225],
  });
  fillArea(canvas, cabin, { rgb: [225, 225, 225] }, isCabin);
  fillArea(canvas, insetArea(cabin, 0.1), GLASS, isCabin);
  fillArea(canvas, { left: 0.02, right: 1.83, bottom: 0.3, top: 0.5 }, {
    rgb: [60, 60, 62],
  });
  fillArea(canvas, { left: 0.66, right: 1.19, bottom: 0.55, top: 0.68 }, {
    rgb: [230, 220, 150],
  });
  for (const left of [0.06, 1.49]) {
    fillArea(canvas, { left, right: left + 0.3, bottom: 0.68, top: 0.86 }, {
      rgb: [200, 24, 24],
      lamp: 0.7,
    });
    fillArea(canvas, {
      left: left + 0.04,
      right: left + 0.26,
      bottom: 0,
      top: 0.32,
    }, {
      rgb: [22, 22, 24],
    });
  }
  return createTexture(canvas);
}
