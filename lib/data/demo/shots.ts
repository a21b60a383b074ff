/**
 * Which photographs are taken in a district: where from, where to, in what light.
 *
 * @module
 */
import { createRandom, type Random } from "../../random.ts";
import { between } from "./color.ts";
import {
  type Condition,
  createDatabaseCondition,
  createQueryCondition,
} from "./condition.ts";
import { createDistrict, type District, type Place } from "./district.ts";
import type { DemoCityOptions } from "./options.ts";
import type { Camera } from "./panel.ts";

/** A part of the city with photographs of its own. */
export type CitySplit = "train" | "val" | "test";

/** One photograph to be taken. */
export interface Shot {
  role: "database" | "query";
  /** File name as the split's specification has it. */
  name: string;
  /** File under the folder of the city. */
  path: string;
  camera: Camera;
  condition: Condition;
  /** Decides which cars and people are there. */
  random: Random;
}

/** One district with its photographs, place by place. */
export interface SplitPlan {
  split: CitySplit;
  district: District;
  /** UTM of the district's corner, in metres. */
  eastMeters: number;
  northMeters: number;
  shots: readonly Shot[];
}

/** Corners of the districts in UTM metres: kilometres apart, where Pittsburgh is. */
const CORNERS: Readonly<Record<CitySplit, readonly [number, number]>> = {
  train: [585000, 4477000],
  val: [588000, 4477000],
  test: [585000, 4480000],
};
const FOLDERS: Readonly<Record<CitySplit, string>> = {
  train: "000",
  val: "001",
  test: "002",
};

/** The splits, in the order in which they are made. */
export const CITY_SPLITS: readonly CitySplit[] = ["train", "val", "test"];

/** Plans one district: the same options always give the same plan. */
export function planSplit(
  options: Readonly<DemoCityOptions>,
  split: CitySplit,
): SplitPlan {
  const random = createRandom(options.seed).fork(`${split} district`);
  const numPlaces = {
    train: options.trainPlaces,
    val: options.valPlaces,
    test: options.testPlaces,
  }[split];
  const district = createDistrict(random, numPlaces);
  const [eastMeters, northMeters] = CORNERS[split];
  const shots = district.places.flatMap((place, index) => [
    ...planDatabase(random, options, { split, place, index }),
    ...planQueries(random, options, { split, place, index }),
  ]);
  return { split, district, eastMeters, northMeters, shots };
}

interface PlaceOfSplit {
  split: CitySplit;
  place: Place;
  index: number;
}

/** All headings of a place are taken at one time, as from a car with several cameras. */
function planDatabase(
  random: Random,
  options: Readonly<DemoCityOptions>,
  { split, place, index }: PlaceOfSplit,
): Shot[] {
  const drive = random.fork(`${index} is the place of the drive`);
  const condition = createDatabaseCondition(drive.fork("light"));
  const stand = moveAlong(place, 0, between(drive, -1.2, 1.2));
  return Array.from({ length: options.headingsPerPlace }, (_, i): Shot => {
    const turn = between(drive, -6, 6);
    const heading = databaseHeading(place, i, options.headingsPerPlace) + turn;
    const name = `${FOLDERS[split]}/${place4(index)}_yaw${i + 1}.jpg`;
    return {
      role: "database",
      name,
      path: name,
      camera: { ...stand, heightMeters: 2.3, heading },
      condition: { ...condition, seed: condition.seed + i },
      random: random.fork(`${index} ${i} are the cars of the drive`),
    };
  });
}

/** Each query is taken on a day of its own, some metres away. */
function planQueries(
  random: Random,
  options: Readonly<DemoCityOptions>,
  { split, place, index }: PlaceOfSplit,
): Shot[] {
  const { viewpointJitter, conditionStrength, headingsPerPlace } = options;
  const offset = random.fork(`${index} is the place of the queries`)
    .nextInteger(headingsPerPlace);
  return Array.from({ length: options.queriesPerPlace }, (_, i): Shot => {
    const visit = random.fork(`${index} ${i} are the place and the visit`);
    const sign = visit.next() < 0.5 ? -1 : 1;
    const along = sign * viewpointJitter * between(visit, 3, 7.2);
    const stand = moveAlong(
      place,
      along,
      viewpointJitter * between(visit, -1.9, 1.9),
    );
    const direction = (offset + i) % headingsPerPlace;
    const turn = viewpointJitter * between(visit, -14, 14);
    const heading = databaseHeading(place, direction, headingsPerPlace) + turn;
    const name = `${FOLDERS[split]}/${place4(index)}_query${i + 1}.jpg`;
    return {
      role: "query",
      name,
      path: `queries_real/${name}`,
      camera: { ...stand, heightMeters: between(visit, 1.5, 2.3), heading },
      condition: createQueryCondition(visit.fork("light"), conditionStrength),
      random: visit.fork("cars and people"),
    };
  });
}

/** Evenly spread, then drawn towards the street, where there is most to see. */
function databaseHeading(
  { streetHeading }: Place,
  index: number,
  count: number,
): number {
  const even = (index + 0.5) * 360 / count;
  return streetHeading + even - 13 * Math.sin(2 * even * Math.PI / 180);
}

/** A point `along` the street of a place and `across` it, in metres. */
function moveAlong(
  { x, y, streetHeading }: Place,
  along: number,
  across: number,
): { x: number; y: number } {
  return streetHeading === 0
    ? { x: x + across, y: y + along }
    : { x: x + along, y: y + across };
}

function place4(index: number): string {
  return String(index).padStart(4, "0");
}
