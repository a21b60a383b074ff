/**
 * Fills the blocks between streets with houses.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { between } from "./color.ts";
import { createFacadeStyle, type FacadeStyle } from "./facade_style.ts";

/** From the middle of a street to the houses, in metres. */
export const STREET_HALF_WIDTH = 9;
const DEPTH_METERS = 12;

/** A box with walls along the axes; x is east and y north of the district's corner, in metres. */
export interface Building {
  west: number;
  south: number;
  east: number;
  north: number;
  style: FacadeStyle;
  /** Whether the south, east, north and west wall face a street. */
  fronts: readonly boolean[];
}

/** Lines between which the blocks lie, ascending; each is the middle of a street. */
export interface Grid {
  x: readonly number[];
  y: readonly number[];
}

/** Lines every block with houses, wall to wall, around an open yard. */
export function placeBuildings(random: Random, grid: Grid): Building[] {
  const buildings: Building[] = [];
  for (let i = 0; i + 1 < grid.x.length; i++) {
    for (let j = 0; j + 1 < grid.y.length; j++) {
      buildings.push(...lineBlock(random.fork(`${i} ${j} are the block`), {
        west: grid.x[i]! + STREET_HALF_WIDTH,
        east: grid.x[i + 1]! - STREET_HALF_WIDTH,
        south: grid.y[j]! + STREET_HALF_WIDTH,
        north: grid.y[j + 1]! - STREET_HALF_WIDTH,
      }));
    }
  }
  return buildings;
}

type Block = Pick<Building, "west" | "south" | "east" | "north">;

function lineBlock(random: Random, block: Block): Building[] {
  const buildings: Building[] = [];
  const add = (lot: Block): void => {
    buildings.push({
      ...lot,
      style: createFacadeStyle(
        random.fork(`${buildings.length} is a house of the block`),
      ),
      fronts: [
        lot.south === block.south,
        lot.east === block.east,
        lot.north === block.north,
        lot.west === block.west,
      ],
    });
  };
  const inner = {
    west: block.west + DEPTH_METERS,
    east: block.east - DEPTH_METERS,
    south: block.south + DEPTH_METERS,
    north: block.north - DEPTH_METERS,
  };
  for (const [west, east] of cutIntoLots(random, block.west, block.east)) {
    add({ west, east, south: block.south, north: inner.south });
  }
  for (const [west, east] of cutIntoLots(random, block.west, block.east)) {
    add({ west, east, south: inner.north, north: block.north });
  }
  for (const [south, north] of cutIntoLots(random, inner.south, inner.north)) {
    add({ south, north, west: block.west, east: inner.west });
  }
  for (const [south, north] of cutIntoLots(random, inner.south, inner.north)) {
    add({ south, north, west: inner.east, east: block.east });
  }
  return buildings;
}

function cutIntoLots(
  random: Random,
  from: number,
  to: number,
): [number, number][] {
  const lots: [number, number][] = [];
  for (let start = from; start < to;) {
    const wanted = start + between(random, 7, 15);
    const end = to - wanted < 7 ? to : wanted;
    lots.push([start, end]);
    start = end;
  }
  return lots;
}
