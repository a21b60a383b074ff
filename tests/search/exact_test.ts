import assert from "node:assert/strict";
import fc from "fast-check";
import { drain } from "../../lib/progress.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import { createDescriptorFile } from "../../lib/search/descriptor_file.ts";
import {
  type ExactSearchOptions,
  type Predictions,
  searchExact,
} from "../../lib/search/exact.ts";
import { searchExactReference } from "../../lib/search/exact_reference.ts";
import { makePlainEngine } from "../plain_engine.ts";

type Rows = readonly (readonly number[])[];

/** Bytes of a block of a few rows, so that small inputs have several. */
const SMALL_BLOCK = 64;

function search(
  database: Rows,
  queries: Rows,
  options: ExactSearchOptions,
): Promise<Predictions> {
  const rowLength = queries[0]!.length;
  return drain(
    searchExact(
      makePlainEngine(),
      rowsInMemory(Float32Array.from(database.flat()), rowLength),
      rowsInMemory(Float32Array.from(queries.flat()), rowLength),
      { blockBytes: SMALL_BLOCK, ...options },
    ),
  );
}

/** What the reference gives, in the form of predictions. */
function searchSlowly(
  database: Rows,
  queries: Rows,
  { count, ownDatabaseIndex }: ExactSearchOptions,
): Predictions {
  const lists = queries.map((query, q) =>
    searchExactReference(database, query, ownDatabaseIndex?.[q]).slice(0, count)
  );
  const at = (
    list: typeof lists[number],
  ): (typeof list[number] | undefined)[] =>
    Array.from({ length: count }, (_, i) => list[i]);
  return {
    count,
    indices: Int32Array.from(
      lists.flatMap((list) => at(list).map((found) => found?.index ?? -1)),
    ),
    distancesSquared: Float64Array.from(
      lists.flatMap((list) =>
        at(list).map((found) => found?.distanceSquared ?? Infinity)
      ),
    ),
  };
}

/** Database and queries of one row length, with values from `value`. */
function cases(
  value: fc.Arbitrary<number>,
): fc.Arbitrary<{ database: number[][]; queries: number[][]; count: number }> {
  return fc.integer({ min: 1, max: 5 }).chain((F) => {
    const row = fc.array(value, { minLength: F, maxLength: F });
    return fc.record({
      database: fc.array(row, { minLength: 1, maxLength: 30 }),
      queries: fc.array(row, { minLength: 1, maxLength: 8 }),
      count: fc.integer({ min: 1, max: 35 }),
    });
  });
}

/** Few values, so that rows repeat and distances tie; sums of their squares are exact. */
const coarse = fc.integer({ min: -2, max: 2 });
/** Far from the origin and close together: float32 products cannot tell them apart. */
const far = fc.integer({ min: 0, max: 8 }).map((n) => 1000 + n / 128);

for (const [name, value] of Object.entries({ coarse, far })) {
  Deno.test(`searchExact() is the brute-force search in double precision on ${name} values`, async () => {
    await fc.assert(
      fc.asyncProperty(cases(value), async ({ database, queries, count }) => {
        assert.deepEqual(
          await search(database, queries, { count }),
          searchSlowly(database, queries, { count }),
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });
}

Deno.test("searchExact() ranks real numbers of any scale as brute force does", async () => {
  const value = fc.float({
    noNaN: true,
    noDefaultInfinity: true,
    min: -(2 ** 50),
    max: 2 ** 50,
  });
  await fc.assert(
    fc.asyncProperty(cases(value), async ({ database, queries, count }) => {
      const actual = await search(database, queries, { count });
      const expected = searchSlowly(database, queries, { count });
      actual.distancesSquared.forEach((distance, i) => {
        const wanted = expected.distancesSquared[i]!;
        assert.ok(
          distance === wanted || Math.abs(distance / wanted - 1) < 1e-14,
          `${distance} is not ${wanted}`,
        );
      });
    }),
    { seed: 2, numRuns: 300 },
  );
});

Deno.test("searchExact() leaves out the query's own database image", async () => {
  await fc.assert(
    fc.asyncProperty(cases(coarse), async ({ database, count }) => {
      const ownDatabaseIndex = Int32Array.from(
        database.keys().map((index) => index % 3 === 0 ? -1 : index),
      );
      const options = { count, ownDatabaseIndex };
      const actual = await search(database, database, options);
      assert.deepEqual(actual, searchSlowly(database, database, options));
      ownDatabaseIndex.forEach((own, query) => {
        const row = actual.indices.subarray(query * count, (query + 1) * count);
        assert.ok(own < 0 || !row.includes(own));
      });
    }),
    { seed: 3, numRuns: 100 },
  );
});

Deno.test("searchExact() gives the same for every size of block", async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => [Math.sin(i), Math.cos(i * i), (i % 7) / 8],
  );
  const whole = await search(rows, rows, { count: 5, blockBytes: 1 << 20 });
  for (const blockBytes of [1, 40, 200, 1000]) {
    assert.deepEqual(await search(rows, rows, { count: 5, blockBytes }), whole);
  }
});

Deno.test("searchExact() lists identical descriptors by index", async () => {
  const same = Array.from({ length: 20 }, () => [0.1, 0.2, 0.3]);
  const { indices, distancesSquared } = await search(same, [same[0]!], {
    count: 22,
  });
  assert.deepEqual([...indices], [...same.keys(), -1, -1]);
  assert.deepEqual(
    [...distancesSquared],
    [...same.map(() => 0), Infinity, Infinity],
  );
});

Deno.test("searchExact() finds nothing in an empty database", async () => {
  const { indices } = await search([], [[1, 2]], { count: 2 });
  assert.deepEqual([...indices], [-1, -1]);
});

Deno.test("searchExact() reads descriptors on disk, in blocks that are small", async () => {
  const folder = await Deno.makeTempDir();
  const file = createDescriptorFile(`${folder}/rows`, [100, 4]);
  const rows = Array.from({ length: 100 }, (_, i) => [i, -i, i / 2, 1]);
  file.write(0, Float32Array.from(rows.flat()));
  let mostRows = 0;
  const watched = {
    ...file,
    read: (first: number, count: number): Float32Array => {
      mostRows = Math.max(mostRows, count);
      return file.read(first, count);
    },
  };
  const events: number[] = [];
  const { indices } = await drain(
    searchExact(makePlainEngine(320), watched, file, { count: 1 }),
    ({ done, total }) => events.push(done / total),
  );
  file.close();
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual([...indices], [...rows.keys()]);
  assert.ok(mostRows * 4 * 4 <= 320 && mostRows > 1, `${mostRows}`);
  assert.equal(events.at(-1), 1);
  assert.deepEqual(events, events.toSorted((a, b) => a - b));
});

Deno.test("searchExact() says what it cannot search", async () => {
  await assert.rejects(search([[1]], [[1]], { count: 0 }), {
    name: "OptionsError",
    where: "option count",
  });
  const sides = [[1, 2], [3]].map((row) =>
    rowsInMemory(Float32Array.from(row), row.length)
  );
  await assert.rejects(
    drain(searchExact(makePlainEngine(), sides[0]!, sides[1]!, { count: 1 })),
    { name: "ShapeError", where: "argument queries" },
  );
  const ownDatabaseIndex = Int32Array.of(0, 0);
  await assert.rejects(search([[1]], [[1]], { count: 1, ownDatabaseIndex }), {
    name: "ShapeError",
    where: "argument ownDatabaseIndex",
  });
  await assert.rejects(search([[1], [NaN]], [[1]], { count: 1 }), {
    name: "CheckpointError",
    where: "database descriptor 1",
  });
  await assert.rejects(search([[1]], [[Infinity]], { count: 1 }), {
    name: "CheckpointError",
    where: "query descriptor 0",
  });
});
