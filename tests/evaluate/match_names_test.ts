import assert from "node:assert/strict";
import { matchNames, nameSome } from "../../lib/evaluate/match_names.ts";

Deno.test("matchNames() finds names from any folder on, part by part", () => {
  const names = ["db/1.jpg", "2.jpg", "old/data/mydb/3.jpg"];
  const paths = [
    "data/2.jpg",
    "data/db/1.jpg",
    "./data/../data/mydb/3.jpg",
    "data/mydb/1.jpg",
    "data/12.jpg",
  ];
  assert.deepEqual([...matchNames(paths, names)], [1, 0, 2, -1, -1]);
});

Deno.test("matchNames() takes absolute and relative paths for one", () => {
  assert.deepEqual([...matchNames(["data/a.jpg"], ["/home/me/data/a.jpg"])], [
    0,
  ]);
  assert.deepEqual([...matchNames(["/home/me/data/a.jpg"], ["data/a.jpg"])], [
    0,
  ]);
  assert.deepEqual([...matchNames(["../data/a.jpg"], ["data/a.jpg"])], [0]);
  assert.deepEqual([...matchNames(["../old/a.jpg"], ["new/a.jpg"])], [-1]);
});

Deno.test("matchNames() prefers the longest name", () => {
  const names = ["1.jpg", "db/1.jpg"];
  assert.deepEqual([...matchNames(["x/db/1.jpg", "x/1.jpg"], names)], [1, 0]);
});

Deno.test("matchNames() lets one image be asked for twice", () => {
  assert.deepEqual([...matchNames(["x/1.jpg", "x/1.jpg"], ["1.jpg"])], [0, 0]);
});

Deno.test("matchNames() refuses a name that may be two images", () => {
  assert.throws(() => matchNames(["day/1.jpg", "night/1.jpg"], ["1.jpg"]), {
    name: "DatasetError",
    where: "1.jpg may be day/1.jpg or night/1.jpg",
    fix: /from a folder on that all of them are in$/,
  });
});

Deno.test("matchNames() refuses an image that may be two names", () => {
  assert.throws(() => matchNames(["1.jpg"], ["day/1.jpg", "night/1.jpg"]), {
    name: "DatasetError",
    where: "1.jpg may be day/1.jpg, night/1.jpg",
  });
});

Deno.test("nameSome() names three and counts the others", () => {
  assert.equal(nameSome(["a", "b"]), "a, b");
  assert.equal(nameSome(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
});
