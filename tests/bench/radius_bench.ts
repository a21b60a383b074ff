import { findWithinRadius } from "../../lib/data/radius.ts";
import { createRandom, type Random } from "../../lib/random.ts";

interface Places {
  eastMeters: Float64Array;
  northMeters: Float64Array;
}

/** A street network: places every 10 m along streets 100 m apart, with some noise, 24 views each. */
function makePlaces(count: number, random: Random): Places {
  const eastMeters = new Float64Array(count);
  const northMeters = new Float64Array(count);
  let [east, north] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (i % 24 === 0) {
      const along = random.nextInteger(400) * 10;
      const across = random.nextInteger(40) * 100;
      const isNorthward = random.nextInteger(2) === 0;
      east = 583000 + (isNorthward ? across : along) + random.nextNormal();
      north = 4475000 + (isNorthward ? along : across) + random.nextNormal();
    }
    eastMeters[i] = east;
    northMeters[i] = north;
  }
  return { eastMeters, northMeters };
}

const random = createRandom(1);
const database = makePlaces(84000, random);
const queries = makePlaces(24000, random);

for (const radius of [10, 25]) {
  Deno.bench(`findWithinRadius() 84 000 x 24 000, ${radius} m`, {
    group: "radius",
    baseline: radius === 10,
  }, () => {
    findWithinRadius(queries, database, radius);
  });
}
