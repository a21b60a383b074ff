import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../lib/engine/engine.ts";
import * as tf from "../../lib/engine/tf.ts";
import { drain } from "../../lib/progress.ts";
import {
  rowsInMemory,
  squaredDistance,
} from "../../lib/search/descriptor_rows.ts";
import { type Predictions, searchExact } from "../../lib/search/exact.ts";
import { createRandom } from "../../lib/random.ts";
import { testEachEngine, withEngine } from "../engine/test_each_engine.ts";
import { makePlainEngine } from "../plain_engine.ts";

type Products = Pick<Engine, "products" | "maxTensorBytes">;

/** Rows of one length, and how they are searched. */
interface SearchCase {
  rowLength: number;
  database: Float32Array;
  queries: Float32Array;
  count: number;
  blockBytes: number;
  ownDatabaseIndex?: Int32Array;
}

function search(
  engine: Products,
  { rowLength, database, queries, ...options }: SearchCase,
): Promise<Predictions> {
  return drain(searchExact(
    engine,
    rowsInMemory(database, rowLength),
    rowsInMemory(queries, rowLength),
    options,
  ));
}

/** Every distance in double precision, sorted; equal ones by index. */
function searchPlainly(
  { rowLength: F, database, queries, count, ownDatabaseIndex }: SearchCase,
): Predictions {
  const Q = queries.length / F;
  const indices = new Int32Array(Q * count).fill(-1);
  const distancesSquared = new Float64Array(Q * count).fill(Infinity);
  for (let q = 0; q < Q; q++) {
    Array.from({ length: database.length / F }, (_, index) => ({
      index,
      distance: squaredDistance(queries, q * F, database, index * F, F),
    }))
      .filter(({ index }) => index !== ownDatabaseIndex?.[q])
      .sort((a, b) => a.distance - b.distance || a.index - b.index)
      .slice(0, count)
      .forEach(({ index, distance }, rank) => {
        indices[q * count + rank] = index;
        distancesSquared[q * count + rank] = distance;
      });
  }
  return { count, indices, distancesSquared };
}

/** Any float32 whose square, summed, stays below the limit: zeros of both signs and subnormal ones too. */
const anyFloat = fc.float({
  noNaN: true,
  noDefaultInfinity: true,
  min: -(2 ** 60),
  max: 2 ** 60,
});
/** Few values, so that rows repeat and distances tie. */
const coarse = fc.constantFrom(-1, -0, 0, 1, 0.1, 1e-20, 1e-42, 1e15);
/** Neighbouring float32 numbers. */
const close = fc.integer({ min: 0, max: 3 }).map((n) => 1 + n * 2 ** -23);

/** Rows, some of which come several times, as queries too. */
const cases: fc.Arbitrary<SearchCase> = fc.tuple(
  fc.integer({ min: 1, max: 5 }),
  fc.constantFrom(anyFloat, coarse, close),
).chain(([rowLength, value]) => {
  const row = fc.array(value, { minLength: rowLength, maxLength: rowLength });
  const place = fc.nat(19);
  return fc.record({
    pool: fc.array(row, { minLength: 20, maxLength: 20 }),
    database: fc.array(place, { minLength: 1, maxLength: 40 }),
    queries: fc.array(place, { minLength: 1, maxLength: 6 }),
    count: fc.integer({ min: 1, max: 45 }),
    blockBytes: fc.constantFrom(1, 64, 300, 1 << 20),
  }).map(({ pool, database, queries, ...options }) => ({
    rowLength,
    database: Float32Array.from(database.flatMap((i) => pool[i]!)),
    queries: Float32Array.from(queries.flatMap((i) => pool[i]!)),
    ...options,
  }));
});

Deno.test("searchExact() is the brute-force search for any float32 rows, blocks and count", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (example) => {
      assert.deepEqual(
        await search(makePlainEngine(), example),
        searchPlainly(example),
      );
    }),
    { seed: 1, numRuns: 400 },
  );
});

Deno.test("searchExact() is the brute-force search that leaves one out", async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.nat(3), async (example, step) => {
      const numRows = example.database.length / example.rowLength;
      const alone = {
        ...example,
        queries: example.database,
        ownDatabaseIndex: Int32Array.from(
          { length: numRows },
          (_, i) => step > 0 && i % step === 0 ? -1 : i,
        ),
      };
      assert.deepEqual(
        await search(makePlainEngine(), alone),
        searchPlainly(alone),
      );
    }),
    { seed: 2, numRuns: 100 },
  );
});

/** Multiplies with errors as large as float32 sums may have, up and down by turns. */
const ERRING: Products = {
  maxTensorBytes: 1 << 20,
  products: (a, b, F) => {
    const B = b.length / F;
    const lengthOf = (rows: Float32Array, row: number): number =>
      Math.hypot(...rows.subarray(row * F, (row + 1) * F));
    const products = new Float32Array(a.length / F * B);
    for (let at = 0; at < products.length; at++) {
      const [row, column] = [Math.floor(at / B), at % B];
      let sum = 0;
      for (let f = 0; f < F; f++) sum += a[row * F + f]! * b[column * F + f]!;
      const most = F * 2 ** -24 * lengthOf(a, row) * lengthOf(b, column);
      products[at] = sum + (at % 2 === 0 ? most : -most);
    }
    return Promise.resolve(products);
  },
};

Deno.test("searchExact() is the brute-force search also where products err as far as they may", async () => {
  const near = fc.integer({ min: 0, max: 40 }).map((n) => 1 + n * 2 ** -23);
  const row = fc.array(near, { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 2, maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (rows, count) => {
        const values = Float32Array.from(rows.flat());
        const example = {
          rowLength: 4,
          database: values,
          queries: values.subarray(0, 4),
          count,
          blockBytes: 1 << 12,
        };
        assert.deepEqual(
          await search(ERRING, example),
          searchPlainly(example),
        );
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

/** Clumps of rows that float32 products cannot tell apart, and rows that are the same. */
function makeClumps(
  [numRows, rowLength]: [number, number],
  scale: number,
): Float32Array {
  const random = createRandom(4).fork(`${numRows}`);
  const values = new Float32Array(numRows * rowLength);
  for (let row = 0; row < numRows; row++) {
    const clump = createRandom(row % 5);
    const spread = row % 3 === 0 ? 0 : 1e-6;
    for (let i = 0; i < rowLength; i++) {
      values[row * rowLength + i] = scale *
        (clump.nextNormal() + spread * random.nextNormal());
    }
  }
  return values;
}

testEachEngine(
  (engine) => `searchExact() is the brute-force search on ${engine}`,
  (name) =>
    withEngine(name, async (engine) => {
      const before = tf.memory().numTensors;
      for (
        const [rowLength, scale] of [[1, 1], [65, 1e-3], [200, 1e-21], [
          64,
          1e16,
        ]] as const
      ) {
        const example = {
          rowLength,
          database: makeClumps([150, rowLength], scale),
          queries: makeClumps([23, rowLength], scale),
          count: 7,
          blockBytes: 5000,
        };
        assert.deepEqual(await search(engine, example), searchPlainly(example));
      }
      assert.equal(tf.memory().numTensors, before, "tensors leaked");
    }),
);

Deno.test("searchExact() takes one image on either side, and says which descriptor is too long", async () => {
  const one = { rowLength: 1, count: 3, blockBytes: 64 };
  const [small, large] = [Float32Array.of(2), Float32Array.of(1, 1e20)];
  const { indices, distancesSquared } = await search(makePlainEngine(), {
    ...one,
    database: small,
    queries: Float32Array.of(5),
  });
  assert.deepEqual([...indices], [0, -1, -1]);
  assert.deepEqual([...distancesSquared], [9, Infinity, Infinity]);
  await assert.rejects(
    search(makePlainEngine(), { ...one, database: large, queries: small }),
    { name: "CheckpointError", where: "database descriptor 1" },
  );
});
