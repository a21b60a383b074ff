/**
 * Gathers what can be seen in one photograph.
 *
 * @module
 */
import type { Building } from "./blocks.ts";
import type { Condition } from "./condition.ts";
import type { District } from "./district.ts";
import { facadeHeightMeters, wallHeightMeters } from "./facade_style.ts";
import { boxWalls, createStandee, type View } from "./panel.ts";
import {
  type Caster,
  DETAIL_METERS,
  isInSight,
  type Scene,
  SIGHT_METERS,
} from "./scene.ts";
import { THING_SIZES } from "./street_things.ts";
import type { TextureStore } from "./texture_store.ts";
import { addCars, addPeople, type Traffic } from "./traffic.ts";
import { TREE_SIZE } from "./trees.ts";

/** No house farther away throws a shadow that is seen, in metres. */
const SHADOW_METERS = 70;
/** Nearer to the camera there are no trees, lamps or signs, in metres. */
const CLEAR_METERS = 1.5;

/** Gathers buildings, fixtures, cars and people around a camera. */
export function createScene(
  district: District,
  store: TextureStore,
  view: View,
  { condition, ...traffic }: Traffic & { condition: Condition },
): Scene {
  const scene: Scene = {
    district,
    panels: [],
    casters: listCasters(district, view),
    crowns: [],
    cars: [],
    lamps: [],
  };
  addBuildings(scene, store, view);
  addFixtures(scene, store, view, condition);
  addCars(scene, store, view, traffic);
  addPeople(scene, store, view, traffic);
  return scene;
}

function listCasters(district: District, view: View): Caster[] {
  const isNear = ({ west, south, east, north }: Building): boolean =>
    Math.hypot(
      Math.max(west - view.x, 0, view.x - east),
      Math.max(south - view.y, 0, view.y - north),
    ) < SHADOW_METERS;
  return district.buildings.filter(isNear).map((
    { west, south, east, north, style },
  ) => ({ west, south, east, north, heightMeters: facadeHeightMeters(style) }));
}

function addBuildings(scene: Scene, store: TextureStore, view: View): void {
  for (const building of scene.district.buildings) {
    const { style, fronts } = building;
    const wallHeight = wallHeightMeters(style);
    boxWalls(building).forEach((wall, side) => {
      if (!isInSight(view, wall)) return;
      const heightMeters = fronts[side]
        ? facadeHeightMeters(style)
        : wallHeight + Math.min(1, style.topHeight);
      const isLevel = style.top !== "gable" && style.top !== "steps";
      scene.panels.push({
        ...wall,
        bottom: 0,
        heightMeters,
        opaqueHeight: isLevel ? heightMeters : wallHeight,
        texture: () => store.wall(building, side),
      });
    });
  }
}

function addFixtures(
  scene: Scene,
  store: TextureStore,
  view: View,
  { season }: Condition,
): void {
  for (const { kind, x, y, variant, scale } of scene.district.fixtures) {
    const distance = Math.hypot(x - view.x, y - view.y);
    if (distance > SIGHT_METERS || distance < CLEAR_METERS) continue;
    if (kind === "lamp") scene.lamps.push({ x, y });
    if (kind === "tree" && distance < DETAIL_METERS) {
      const [heightMeters, radius] = [4.6 * scale, 1.9 * scale];
      scene.crowns.push({ x, y, heightMeters, radius });
    }
    const size = kind === "tree" ? TREE_SIZE : THING_SIZES[kind];
    const at = {
      x,
      y,
      widthMeters: size.widthMeters * scale,
      heightMeters: size.heightMeters * scale,
    };
    const texture = () => store.fixture(kind, variant, season);
    scene.panels.push(createStandee(view, at, texture));
  }
}
