import assert from "node:assert/strict";
import fc from "fast-check";
import { orderForThumbnails } from "../../lib/report/thumbnail_order.ts";

Deno.test("orderForThumbnails() alternates between wrong and right ones, far apart", () => {
  const isRight = [..."0111111101111101"].map((digit) => digit === "1");
  assert.deepEqual(
    orderForThumbnails(isRight),
    [0, 1, 14, 10, 8, 5, 15, 3, 12, 7, 2, 11, 6, 4, 13, 9],
  );
});

Deno.test("orderForThumbnails() has every query once, and a fair sample in front", () => {
  fc.assert(fc.property(
    fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }),
    fc.nat(299),
    (isRight, nat) => {
      const order = orderForThumbnails(isRight);
      assert.deepEqual(order.toSorted((a, b) => a - b), [...isRight.keys()]);
      const front = order.slice(0, nat + 1);
      for (const kind of [true, false]) {
        const all = [...isRight.keys()].filter((q) => isRight[q] === kind);
        const taken = new Set(front.filter((q) => isRight[q] === kind));
        const places = all.flatMap((query, i) => taken.has(query) ? [i] : []);
        const gap = 2 ** Math.ceil(Math.log2(all.length)) /
          2 ** Math.floor(Math.log2(Math.max(taken.size, 1)));
        places.slice(1).forEach((place, i) =>
          assert.ok(place - places[i]! <= gap, `${places} of ${all.length}`)
        );
      }
    },
  ));
});
