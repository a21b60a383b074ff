/**
 * Fills the streets of a scene with cars and people.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { STREET_HALF_WIDTH } from "./blocks.ts";
import { between, pick, type Rgb } from "./color.ts";
import { listStreets, ROAD_HALF_WIDTH } from "./district.ts";
import { boxWalls, createStandee, type View } from "./panel.ts";
import { DETAIL_METERS, isInSight, type Scene } from "./scene.ts";
import { THING_SIZES } from "./street_things.ts";
import type { Texture } from "./texture.ts";
import { NUM_PEOPLE, type TextureStore } from "./texture_store.ts";

/** Length of a parking space, in metres. */
const SPACE_METERS = 6;
/** From the middle of the street to the middle of a parked car, in metres. */
const PARKED_METERS = ROAD_HALF_WIDTH - 1.15;
/** Nobody stands closer to the camera, in metres. */
const PERSONAL_METERS = 5;

const CAR_COLORS: readonly Rgb[] = [
  [0.85, 0.85, 0.86],
  [0.5, 0.52, 0.54],
  [0.09, 0.09, 0.1],
  [0.5, 0.06, 0.06],
  [0.08, 0.16, 0.42],
  [0.1, 0.25, 0.16],
  [0.6, 0.5, 0.3],
];

/** How full the street is, 0 to 1, and what decides who is there. */
export interface Traffic {
  occluders: number;
  random: Random;
}

/** Parks cars along both kerbs, but not at crossings. */
export function addCars(
  scene: Scene,
  store: TextureStore,
  view: View,
  { random, occluders }: Traffic,
): void {
  for (const { alongX, at, crossings } of listStreets(scene.district)) {
    const [along, across] = alongX ? [view.x, view.y] : [view.y, view.x];
    if (Math.abs(at - across) > DETAIL_METERS) continue;
    const first = Math.floor((along - DETAIL_METERS) / SPACE_METERS);
    const last = Math.floor((along + DETAIL_METERS) / SPACE_METERS);
    for (let space = first; space <= last; space++) {
      const middle = space * SPACE_METERS;
      for (const side of [-PARKED_METERS, PARKED_METERS]) {
        const isTaken = random.next() < 0.55 * occluders;
        const isCrossing = crossings.some((crossing) =>
          Math.abs(crossing - middle) < STREET_HALF_WIDTH + SPACE_METERS / 2
        );
        if (!isTaken || isCrossing) continue;
        const [x, y] = alongX ? [middle, at + side] : [at + side, middle];
        addCar(scene, store, view, { x, y, alongX, random });
      }
    }
  }
}

function addCar(
  scene: Scene,
  store: TextureStore,
  view: View,
  { x, y, alongX, random }: {
    x: number;
    y: number;
    alongX: boolean;
    random: Random;
  },
): void {
  const variant = random.next() < 0.25 ? 1 : 0;
  const tint = pick(random, CAR_COLORS);
  const { carSide, carEnd } = THING_SIZES;
  const halfX = (alongX ? carSide : carEnd).widthMeters / 2;
  const halfY = (alongX ? carEnd : carSide).widthMeters / 2;
  const box = {
    west: x - halfX,
    east: x + halfX,
    south: y - halfY,
    north: y + halfY,
  };
  scene.cars.push(box);
  boxWalls(box).forEach((wall, side) => {
    if (!isInSight(view, wall)) return;
    const isSide = (side % 2 === 0) === alongX;
    scene.panels.push({
      ...wall,
      bottom: 0,
      heightMeters: carSide.heightMeters,
      opaqueHeight: 0,
      texture: (): Texture =>
        isSide ? store.carSide(variant) : store.carEnd(variant),
      tint,
    });
  });
}

/** Lets people stand about in front of the camera, but not in houses. */
export function addPeople(
  scene: Scene,
  store: TextureStore,
  view: View,
  { random, occluders }: Traffic,
): void {
  const count = Math.round(14 * occluders * random.next());
  for (let i = 0; i < count; i++) {
    const distance = between(random, PERSONAL_METERS, 40);
    const angle = (view.heading + between(random, -40, 40)) * Math.PI / 180;
    const variant = random.nextInteger(NUM_PEOPLE);
    const x = view.x + distance * Math.sin(angle);
    const y = view.y + distance * Math.cos(angle);
    const isOutside = scene.casters.every(({ west, east, south, north }) =>
      x < west - 0.5 || x > east + 0.5 || y < south - 0.5 || y > north + 0.5
    );
    if (!isOutside) continue;
    const at = { x, y, ...THING_SIZES.person };
    scene.panels.push(createStandee(view, at, () => store.person(variant)));
  }
}
