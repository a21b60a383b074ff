import assert from "node:assert/strict";
import {
  describeFindings,
  describeFromFirst,
  formatLength,
} from "../../lib/explore/findings.ts";
import {
  findSimilarQueries,
  type FirstDistances,
  readFirstDistances,
} from "../../lib/explore/first_distances.ts";
import type { Agreement, Match } from "../../lib/explore/locate.ts";
import { createTurns } from "../../lib/explore/turns.ts";

const KNOWN: FirstDistances = {
  right: Array.from({ length: 30 }, (_, i) => 0.2 + i / 100),
  wrong: Array.from({ length: 30 }, (_, i) => 0.4 + i / 100),
};

function say(
  agreement: Partial<Agreement>,
  distance: number,
  firstDistances = KNOWN,
): string[] {
  const match: Match = { index: 0, distance, eastMeters: 0, northMeters: 0 };
  return describeFindings(
    {
      matches: [match],
      agreement: {
        among: 5,
        near: 5,
        radius: 25,
        farthest: 12.5,
        ...agreement,
      },
    },
    { unit: "meters", firstDistances },
  );
}

Deno.test("readFirstDistances() takes the first prediction of each query that has one", () => {
  const found = readFirstDistances({
    count: 2,
    predictions: [4, 1, -1, -1, 2, 3, 0, 2],
    distances: [0.5, 0.6, 0, 0, 0.9, 1, 0.3, 0.4],
    correct: "10000110",
  });
  assert.deepEqual(found, { right: [0.3, 0.5], wrong: [0.9] });
});

Deno.test("findSimilarQueries() counts the right ones among the 20 of the most similar distance", () => {
  const similar = findSimilarQueries(KNOWN, 0.2)!;
  assert.deepEqual(similar.among, 20);
  assert.deepEqual(similar.right, 20);
  assert.ok(Math.abs(similar.to - 0.39) < 1e-9);
  const mixed = findSimilarQueries(KNOWN, 0.445)!;
  assert.deepEqual([mixed.among, mixed.right], [20, 10]);
  assert.equal(findSimilarQueries(KNOWN, 0.69)!.right, 0);
});

Deno.test("findSimilarQueries() knows nothing of a distance outside of all, and without queries", () => {
  assert.equal(findSimilarQueries(KNOWN, 0.19), null);
  assert.equal(findSimilarQueries(KNOWN, 0.7), null);
  assert.equal(findSimilarQueries({ right: [], wrong: [] }, 0.5), null);
});

Deno.test("describeFindings() says whether the nearest images agree", () => {
  assert.equal(
    say({}, 0.3)[0],
    "The 5 nearest images agree: all lie within 25 m of the first.",
  );
  assert.equal(
    say({ near: 3, farthest: 1234 }, 0.3)[0],
    "3 of the 5 nearest images lie within 25 m of the first, itself included; the farthest is 1.23 km from it.",
  );
  assert.equal(
    say({ near: 1, farthest: 381.2 }, 0.3)[0],
    "The nearest images do not agree: none of the next 4 lies within 25 m of the first; the farthest is 381 m from it.",
  );
});

Deno.test("describeFindings() says what such a distance came to in the report, and claims no more", () => {
  assert.equal(
    say({}, 0.445)[1],
    "In the report, 10 of the 20 queries whose nearest image was about as near (distance 0.400 to 0.490) were right.",
  );
  assert.match(say({}, 0.1)[1]!, /^Its nearest image is nearer .*says nothing/);
  assert.match(say({}, 0.8)[1]!, /is farther \(distance 0\.800\).*\(0\.690\)/);
  assert.deepEqual(say({ among: 1 }, 0.5, { right: [], wrong: [] }), []);
});

Deno.test("formatLength() has units", () => {
  assert.equal(formatLength(0, "meters"), "0 m");
  assert.equal(formatLength(7.25, "meters"), "7.3 m");
  assert.equal(formatLength(25.4, "meters"), "25 m");
  assert.equal(formatLength(999.4, "meters"), "999 m");
  assert.equal(formatLength(20300, "meters"), "20.30 km");
  assert.equal(formatLength(1, "frames"), "1 frame");
  assert.equal(formatLength(3, "frames"), "3 frames");
});

Deno.test("createTurns() lets one work at a time, few wait, and none after the end", async () => {
  const turns = createTurns(2);
  const first = Promise.withResolvers<number>();
  const order: string[] = [];
  const one = turns.take(async () => {
    order.push("one begins");
    await first.promise;
    order.push("one ends");
    throw new Error("one fails");
  });
  const two = turns.take(() => Promise.resolve(order.push("two")));
  await assert.rejects(turns.take(() => Promise.resolve()), { status: 503 });
  first.resolve(1);
  await assert.rejects(one, { message: "one fails" });
  await two;
  assert.deepEqual(order, ["one begins", "one ends", "two"]);
  await turns.take(() => Promise.resolve());
  const last = turns.take(() => Promise.resolve("last"));
  await turns.close();
  await assert.rejects(last, { status: 503 });
});

Deno.test("describeFindings() speaks of classes where there are no distances", () => {
  const found = { index: 0, distance: 0.1, eastMeters: 4, northMeters: 0 };
  const sayOf = (near: number): string | undefined =>
    describeFindings({
      matches: [found],
      agreement: { among: 5, near, radius: 0.5, farthest: 9 },
    }, { unit: "classes", firstDistances: { right: [], wrong: [] } })[0];
  assert.equal(
    sayOf(5),
    "The 5 nearest images agree: all are of one class.",
  );
  assert.match(sayOf(3)!, /^3 of the 5 nearest images are of one class/);
  assert.match(sayOf(1)!, /^The nearest images do not agree: none of the next/);
  assert.equal(describeFromFirst(0, "classes"), "the class of the first");
  assert.equal(describeFromFirst(7, "classes"), "another class");
  assert.equal(describeFromFirst(7, "meters"), "7 m from the first");
});
