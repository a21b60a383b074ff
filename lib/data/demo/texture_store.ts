/**
 * Paints the textures of a district when they are first seen.
 *
 * @module
 */
import { createRandom } from "../../random.ts";
import type { Building } from "./blocks.ts";
import type { Season } from "./condition.ts";
import type { Fixture } from "./district.ts";
import { paintFacade, paintRearWall } from "./facade.ts";
import {
  paintBin,
  paintCarEnd,
  paintCarSide,
  paintLamp,
  paintPerson,
  paintSign,
} from "./street_things.ts";
import type { Texture } from "./texture.ts";
import { paintTree } from "./trees.ts";

/** Pictures of people that there are to choose from. */
export const NUM_PEOPLE = 12;

/** Textures by what they show; the same is painted once. */
export interface TextureStore {
  /** Wall `side` (south, east, north, west) of a building. */
  wall(building: Building, side: number): Texture;
  fixture(kind: Fixture["kind"], variant: number, season: Season): Texture;
  person(variant: number): Texture;
  carSide(variant: number): Texture;
  carEnd(variant: number): Texture;
}

/** A store that keeps everything it painted. */
export function createTextureStore(): TextureStore {
  const walls = new Map<Building, Map<number, Texture>>();
  const things = new Map<string, Texture>();
  const once = (key: string, paint: () => Texture): Texture =>
    getOrAdd(things, key, paint);
  const random = (key: string) => createRandom(1).fork(key);
  const painters = {
    tree: (variant: number, season: Season) =>
      paintTree(random(`${variant} is the tree variant`), season),
    lamp: paintLamp,
    sign: paintSign,
    bin: paintBin,
  };
  return {
    wall: (building, side) =>
      getOrAdd(
        getOrAdd(walls, building, () => new Map()),
        side,
        () => paintWall(building, side),
      ),
    fixture: (kind, variant, season) =>
      once(
        `${kind} ${variant} ${kind === "tree" ? season : ""}`,
        () => painters[kind](variant, season),
      ),
    person: (variant) =>
      once(
        `person ${variant}`,
        () => paintPerson(random(`${variant} is the person variant`)),
      ),
    carSide: (variant) => once(`side ${variant}`, () => paintCarSide(variant)),
    carEnd: (variant) => once(`end ${variant}`, () => paintCarEnd(variant)),
  };
}

function paintWall(building: Building, side: number): Texture {
  const widthMeters = side % 2 === 0
    ? building.east - building.west
    : building.north - building.south;
  return building.fronts[side]
    ? paintFacade(building.style, widthMeters)
    : paintRearWall(building.style, widthMeters);
}

function getOrAdd<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  make: () => Value,
): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
