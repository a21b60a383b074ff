/**
 * Paints street trees in three seasons.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { between, pick, type Rgb, scaleRgb } from "./color.ts";
import type { Season } from "./condition.ts";
import {
  type Canvas,
  createCanvas,
  createTexture,
  fillEllipse,
  type Texture,
} from "./texture.ts";

/** Size of a tree's picture, in metres. */
export const TREE_SIZE = { widthMeters: 6, heightMeters: 7.5 };

const TEXELS_PER_METER = 14;
const BARK: Rgb = [70, 58, 48];
const LEAVES: Readonly<Record<Season, readonly Rgb[]>> = {
  summer: [[66, 98, 40], [54, 86, 44], [84, 108, 46], [74, 100, 58]],
  autumn: [[186, 112, 36], [170, 74, 34], [196, 150, 52], [140, 96, 44]],
  winter: [],
};

/** Paints a tree; the same random stream gives the same branches in every season. */
export function paintTree(random: Random, season: Season): Texture {
  const { widthMeters, heightMeters } = TREE_SIZE;
  const canvas = createCanvas(widthMeters, heightMeters, TEXELS_PER_METER);
  const tips: Point[] = [];
  growBranch(canvas, random, tips, {
    x: widthMeters / 2,
    y: 0,
    angle: between(random, -0.05, 0.05),
    length: between(random, 2, 2.5),
    thickness: 0.26,
    level: 0,
  });
  const palette = LEAVES[season];
  if (palette.length > 0) {
    fillLeaves(canvas, random.fork("leaves"), tips, {
      color: pick(random.fork("color"), palette),
      density: season === "summer" ? 1 : 0.6,
    });
  }
  return createTexture(canvas);
}

interface Point {
  x: number;
  y: number;
}

interface Branch extends Point {
  /** From upright, in radians. */
  angle: number;
  length: number;
  thickness: number;
  level: number;
}

function growBranch(
  canvas: Canvas,
  random: Random,
  tips: Point[],
  branch: Branch,
): void {
  const steps = Math.ceil(branch.length * TEXELS_PER_METER);
  const [stepX, stepY] = [Math.sin(branch.angle), Math.cos(branch.angle)];
  let { x, y } = branch;
  for (let step = 0; step < steps; step++) {
    x += stepX * branch.length / steps;
    y += stepY * branch.length / steps;
    const radius = branch.thickness / 2 * (1 - 0.35 * step / steps);
    const area = {
      left: x - radius,
      right: x + radius,
      bottom: y - radius,
      top: y + radius,
    };
    fillEllipse(canvas, area, { rgb: scaleRgb(BARK, stepX > 0 ? 0.8 : 1) });
  }
  if (branch.level >= 2) tips.push({ x, y });
  if (branch.level >= 5) return;
  const forks = branch.level < 2 ? 3 : 2;
  for (let fork = 0; fork < forks; fork++) {
    const spread = (fork / (forks - 1) - 0.5) * between(random, 0.9, 1.5);
    growBranch(canvas, random, tips, {
      x,
      y,
      angle: branch.angle * 0.8 + spread,
      length: branch.length * between(random, 0.5, 0.78),
      thickness: branch.thickness * 0.66,
      level: branch.level + 1,
    });
  }
}

/** Covers the ends of the branches with small leaves: first the dark ones inside. */
function fillLeaves(
  canvas: Canvas,
  random: Random,
  tips: readonly Point[],
  { color, density }: { color: Rgb; density: number },
): void {
  for (const layer of [0.55, 0.8, 1.05, 1.3]) {
    for (const tip of tips) {
      if (random.next() > density) continue;
      const reach = 0.62;
      const x = tip.x + reach * random.nextNormal() * 0.7;
      const y = tip.y + reach * random.nextNormal() * 0.5 + layer * 0.2;
      const radius = between(random, 0.12, 0.3);
      const shade = layer * between(random, 0.85, 1.15);
      fillEllipse(canvas, {
        left: x - radius,
        right: x + radius,
        bottom: y - radius * 0.8,
        top: y + radius * 0.8,
      }, { rgb: scaleRgb(color, shade) });
    }
  }
}
