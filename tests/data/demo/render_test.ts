import assert from "node:assert/strict";
import {
  createDatabaseCondition,
  createQueryCondition,
} from "../../../lib/data/demo/condition.ts";
import { listHits } from "../../../lib/data/demo/hits.ts";
import {
  createLighting,
  shadowHeightMeters,
} from "../../../lib/data/demo/light.ts";
import { resolveDemoCityOptions } from "../../../lib/data/demo/options.ts";
import { boxWalls, createView } from "../../../lib/data/demo/panel.ts";
import type { Scene } from "../../../lib/data/demo/scene.ts";
import { planSplit } from "../../../lib/data/demo/shots.ts";
import { takePhoto } from "../../../lib/data/demo/take_photo.ts";
import {
  createCanvas,
  createTexture,
  fillArea,
} from "../../../lib/data/demo/texture.ts";
import { createTextureStore } from "../../../lib/data/demo/texture_store.ts";
import { createRandom } from "../../../lib/random.ts";

const BOX = { west: -5, east: 5, south: 10, north: 20, heightMeters: 12 };
const EMPTY_TEXTURE = createTexture(createCanvas(1, 1, 4));

function makeScene(): Scene {
  const options = resolveDemoCityOptions({ valPlaces: 1 });
  const { district } = planSplit(options, "val");
  return {
    district,
    panels: [],
    casters: [BOX],
    crowns: [],
    cars: [],
    lamps: [],
  };
}

Deno.test("listHits() meets a wall where a pinhole camera does", () => {
  const view = createView(
    { x: 1, y: 0, heightMeters: 2, heading: 0 },
    100,
    80,
  );
  const panels = boxWalls(BOX).slice(0, 1).map((wall) => ({
    ...wall,
    bottom: 0,
    heightMeters: 12,
    opaqueHeight: 12,
    texture: () => EMPTY_TEXTURE,
  }));
  const hits = listHits(panels, view);
  hits.forEach((column, index) => {
    const x = 1 + 10 * (index + 0.5 - 50) / view.focalPixels;
    if (x < BOX.west || x > BOX.east) return assert.equal(column.length, 0);
    assert.equal(column.length, 1);
    assert.ok(Math.abs(column[0]!.depth - 10) < 1e-9);
    assert.ok(Math.abs(column[0]!.along - (x - BOX.west)) < 1e-9);
    const width = 10 / view.focalPixels;
    assert.ok(Math.abs(column[0]!.footprint - width) < 1e-9);
  });
});

Deno.test("shadowHeightMeters() falls with the distance by the slope of the sun", () => {
  const condition = {
    ...createDatabaseCondition(createRandom(1)),
    sunAzimuth: 0,
    sunElevation: 45,
  };
  const lighting = createLighting(condition);
  const heightAt = (x: number, y: number): number =>
    shadowHeightMeters(makeScene(), lighting, x, y);
  assert.ok(Math.abs(heightAt(0, 10) - 12) < 1e-6);
  assert.ok(Math.abs(heightAt(0, 4) - 6) < 1e-6);
  assert.equal(heightAt(0, -3), 0); // beyond the shadow
  assert.equal(heightAt(6, 4), 0); // beside it
  assert.equal(heightAt(0, 21), 0); // on the sunny side
});

Deno.test("createTexture() keeps the average of what is painted", () => {
  const canvas = createCanvas(8, 8, 1);
  const quarter = { left: 0, bottom: 0, right: 4, top: 4 };
  fillArea(canvas, quarter, { rgb: [200, 100, 40], glass: 1 });
  const { levels } = createTexture(canvas);
  assert.deepEqual(levels.map(({ width }) => width), [8, 4, 2, 1]);
  const whole = [...levels.at(-1)!.texels];
  assert.deepEqual(whole, [200, 100, 40, 63, 255, 0]);
});

Deno.test("takePhoto() gives the same pixels each time, and shows a picture", () => {
  const options = resolveDemoCityOptions({
    valPlaces: 1,
    width: 64,
    height: 48,
  });
  const { district, shots } = planSplit(options, "val");
  const [first, second] = shots;
  const store = createTextureStore();
  const photo = takePhoto(district, store, first!, options);
  const again = takePhoto(district, createTextureStore(), first!, options);
  assert.equal(photo.pixels.length, 64 * 48 * 3);
  assert.deepEqual(again.pixels, photo.pixels);
  const other = takePhoto(district, store, second!, options);
  assert.notDeepEqual(other.pixels, photo.pixels);
  assert.ok(new Set(photo.pixels).size > 100);
});

Deno.test("takePhoto() shows a night darker than a day", () => {
  const options = resolveDemoCityOptions({
    valPlaces: 1,
    width: 64,
    height: 48,
  });
  const { district, shots } = planSplit(options, "val");
  const store = createTextureStore();
  const night = Array.from(
    { length: 100 },
    (_, seed) =>
      createQueryCondition(createRandom(5).fork(`${seed} is a night`), 1),
  )
    .find(({ lamps }) => lamps > 0.95)!;
  const meanOf = (condition: typeof night): number => {
    const shot = { ...shots[0]!, condition };
    const { pixels } = takePhoto(district, store, shot, options);
    return pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length;
  };
  assert.ok(meanOf(night) < 0.75 * meanOf(shots[0]!.condition));
});
