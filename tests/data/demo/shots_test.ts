import assert from "node:assert/strict";
import { resolveDemoCityOptions } from "../../../lib/data/demo/options.ts";
import {
  CITY_SPLITS,
  planSplit,
  type Shot,
  type SplitPlan,
} from "../../../lib/data/demo/shots.ts";

const OPTIONS = resolveDemoCityOptions({ viewpointJitter: 1 });
const PLANS = CITY_SPLITS.map((split) => planSplit(OPTIONS, split));

function ofRole({ shots }: SplitPlan, role: Shot["role"]): Shot[] {
  return shots.filter((shot) => shot.role === role);
}

function distance(a: Shot, b: Shot): number {
  return Math.hypot(a.camera.x - b.camera.x, a.camera.y - b.camera.y);
}

/** Between two headings, in degrees, 0 to 180. */
function turnBetween(a: Shot, b: Shot): number {
  const turn = Math.abs(a.camera.heading - b.camera.heading) % 360;
  return Math.min(turn, 360 - turn);
}

Deno.test("planSplit() gives every query a database photograph within 10 m that looks the same way", () => {
  for (const plan of PLANS) {
    const database = ofRole(plan, "database");
    for (const query of ofRole(plan, "query")) {
      assert.ok(
        database.some((shot) =>
          distance(query, shot) <= 10 && turnBetween(query, shot) <= 20
        ),
        query.path,
      );
    }
  }
});

Deno.test("planSplit() gives every query database photographs beyond 25 m", () => {
  for (const plan of PLANS) {
    const database = ofRole(plan, "database");
    for (const query of ofRole(plan, "query")) {
      const far = database.filter((shot) => distance(query, shot) > 25);
      assert.ok(far.length > database.length / 2, query.path);
    }
  }
});

Deno.test("planSplit() keeps the splits kilometres apart", () => {
  for (const a of PLANS) {
    for (const b of PLANS) {
      if (a === b) continue;
      for (const from of a.shots) {
        for (const to of b.shots) {
          const east = a.eastMeters + from.camera.x - b.eastMeters -
            to.camera.x;
          const north = a.northMeters + from.camera.y - b.northMeters -
            to.camera.y;
          assert.ok(Math.hypot(east, north) > 1000);
        }
      }
    }
  }
});

Deno.test("planSplit() puts no camera into a house and no two photographs into one file", () => {
  for (const { district, shots } of PLANS) {
    for (const { camera: { x, y } } of shots) {
      assert.ok(
        district.buildings.every(({ west, south, east, north }) =>
          x < west || x > east || y < south || y > north
        ),
      );
    }
    assert.equal(new Set(shots.map(({ path }) => path)).size, shots.length);
  }
});

Deno.test("planSplit() without jitter and strength takes queries as it takes the database", () => {
  const plan = planSplit({
    ...OPTIONS,
    viewpointJitter: 0,
    conditionStrength: 0,
  }, "train");
  const database = ofRole(plan, "database");
  for (const query of ofRole(plan, "query")) {
    assert.ok(database.some((shot) => distance(query, shot) <= 1.2));
    const { season, snow, lamps, wet } = query.condition;
    assert.deepEqual(
      { season, snow, lamps, wet },
      { season: "summer", snow: 0, lamps: 0, wet: 0 },
    );
  }
});

Deno.test("planSplit() takes queries in all seasons, by day and by night", () => {
  const conditions = PLANS.flatMap((plan) => ofRole(plan, "query"))
    .map(({ condition }) => condition);
  for (const season of ["summer", "autumn", "winter"]) {
    assert.ok(conditions.some((condition) => condition.season === season));
  }
  assert.ok(conditions.some(({ snow }) => snow > 0));
  assert.ok(conditions.some(({ lamps }) => lamps > 0.7));
  assert.ok(conditions.some(({ lamps }) => lamps === 0));
});
