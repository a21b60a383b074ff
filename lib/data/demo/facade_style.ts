/**
 * What makes one building of the demo city look unlike the next.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { between, pick, pickWeighted, type Rgb, scaleRgb } from "./color.ts";

/** Everything a facade is painted from; lengths in metres. */
export interface FacadeStyle {
  material: "brick" | "ashlar" | "plaster" | "boards" | "glass";
  wall: Rgb;
  trim: Rgb;
  frame: Rgb;
  accent: Rgb;
  roof: Rgb;
  groundHeight: number;
  floorHeight: number;
  numFloors: number;
  bayWidth: number;
  windowWidth: number;
  windowHeight: number;
  windowsPerBay: number;
  arched: boolean;
  panes: { columns: number; rows: number };
  head: "none" | "bar" | "keystone" | "pediment";
  shutters: boolean;
  bands: boolean;
  pilasters: boolean;
  balconies: "none" | "middle" | "all";
  ground: "shop" | "door" | "arcade" | "garage";
  top: "cornice" | "parapet" | "gable" | "steps" | "mansard";
  topHeight: number;
  sign: { text: string; board: Rgb; letters: Rgb };
  awning: "none" | "plain" | "striped";
  /** Seed of the small differences: bricks, curtains, lit windows. */
  seed: number;
}

const WALLS: Readonly<Record<FacadeStyle["material"], readonly Rgb[]>> = {
  brick: [[142, 74, 58], [166, 96, 70], [118, 62, 54], [178, 134, 96], [
    120,
    88,
    72,
  ]],
  ashlar: [[188, 176, 150], [160, 154, 144], [200, 186, 160], [136, 128, 118]],
  plaster: [
    [222, 206, 172],
    [206, 168, 130],
    [188, 196, 186],
    [226, 220, 210],
    [
      176,
      112,
      92,
    ],
    [150, 168, 178],
    [214, 186, 112],
  ],
  boards: [[196, 200, 196], [134, 154, 164], [176, 160, 124], [124, 138, 112]],
  glass: [[92, 104, 112], [118, 116, 110], [78, 86, 96]],
};
const TRIMS: readonly Rgb[] = [
  [226, 220, 206],
  [196, 184, 162],
  [110, 100, 92],
  [238, 236, 230],
  [84, 72, 66],
];
const FRAMES: readonly Rgb[] = [
  [236, 236, 230],
  [60, 52, 48],
  [104, 70, 48],
  [52, 76, 66],
  [150, 148, 144],
];
const ACCENTS: readonly Rgb[] = [
  [150, 38, 36],
  [34, 74, 110],
  [40, 96, 70],
  [196, 146, 44],
  [92, 48, 84],
  [44, 44, 48],
  [206, 96, 40],
];
const SYLLABLES = "BA RO LU NA CA FE MI DO TE KO PA SI VE RA GO LE NO HA TU ZE"
  .split(" ");

/** Draws the style of one building. */
export function createFacadeStyle(random: Random): FacadeStyle {
  const material = pickWeighted(random, {
    brick: 5,
    ashlar: 3,
    plaster: 5,
    boards: 2,
    glass: 1,
  });
  const windowWidth = between(random, 0.8, material === "glass" ? 2.6 : 1.7);
  const windowsPerBay = pick(random, [1, 1, 1, 2, 3]);
  const floorHeight = between(random, 2.9, 3.9);
  const wall = scaleRgb(
    pick(random, WALLS[material]),
    between(random, 0.85, 1.12),
  );
  return {
    material,
    wall,
    trim: pick(random, TRIMS),
    frame: pick(random, FRAMES),
    accent: pick(random, ACCENTS),
    roof: pick(random, [[74, 70, 72], [112, 62, 50], [70, 82, 86]]),
    groundHeight: between(random, 3.4, 4.8),
    floorHeight,
    numFloors: pick(random, [1, 2, 2, 3, 3, 4, 5]),
    bayWidth: windowsPerBay * (windowWidth + 0.25) + between(random, 0.5, 1.9),
    windowWidth,
    windowHeight: floorHeight * between(random, 0.45, 0.72),
    windowsPerBay,
    ...drawWindowDetails(random, material),
    ...drawGroundAndTop(random),
    seed: random.nextInteger(0x7fffffff),
  };
}

/** Height of the highest point of a facade, in metres. */
export function facadeHeightMeters(style: FacadeStyle): number {
  return wallHeightMeters(style) + style.topHeight;
}

/** Height up to which a facade is a closed wall, in metres. */
export function wallHeightMeters(style: FacadeStyle): number {
  return style.groundHeight + style.numFloors * style.floorHeight;
}

function drawWindowDetails(
  random: Random,
  material: FacadeStyle["material"],
): Pick<
  FacadeStyle,
  "arched" | "panes" | "head" | "shutters" | "bands" | "pilasters" | "balconies"
> {
  const plain = material === "glass";
  return {
    arched: !plain && random.next() < 0.25,
    panes: {
      columns: pick(random, [1, 2, 2, 3]),
      rows: pick(random, [1, 2, 2, 3]),
    },
    head: plain
      ? "none"
      : pick(random, ["none", "bar", "bar", "keystone", "pediment"]),
    shutters: !plain && random.next() < 0.2,
    bands: random.next() < 0.45,
    pilasters: !plain && random.next() < 0.3,
    balconies: pickWeighted(random, { none: 5, middle: 2, all: 1 }),
  };
}

function drawGroundAndTop(
  random: Random,
): Pick<FacadeStyle, "ground" | "top" | "topHeight" | "sign" | "awning"> {
  const top = pickWeighted(random, {
    cornice: 5,
    parapet: 3,
    gable: 2,
    steps: 1,
    mansard: 2,
  });
  const heights = {
    cornice: 0.9,
    parapet: 0.7,
    gable: 3.4,
    steps: 3.6,
    mansard: 2.6,
  };
  const length = 2 + random.nextInteger(2);
  const text = Array.from({ length }, () => pick(random, SYLLABLES)).join("");
  const board = pick(random, ACCENTS);
  const letters = pick<Rgb>(random, [[240, 232, 210], [236, 200, 90]]);
  return {
    ground: pickWeighted(random, { shop: 6, door: 5, arcade: 2, garage: 1 }),
    top,
    topHeight: heights[top] * between(random, 0.8, 1.2),
    sign: { text, board, letters },
    awning: pickWeighted(random, { none: 3, plain: 2, striped: 2 }),
  };
}
