import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { AVG, refuse, runTask, SMALL } from "./refuse.ts";
import { writeText } from "./spoil.ts";

/** Images of the tiny city, by their easting in metres. */
const IMAGES = {
  query: "test/query_0_0.jpg",
  near: "test/database_0_0.jpg",
  far: "test/database_1_0.jpg",
};

/** Flags for a file of positions of some of these images, on one line. */
async function writeRows(
  folder: string,
  name: string,
  rows: [image: keyof typeof IMAGES, east: number][],
): Promise<string[]> {
  const city = await tinyCity();
  const lines = rows.map(([image, east]) => {
    const root = image === "query" ? "queries_real" : "";
    const role = image === "query" ? "query" : "database";
    return `${join(city, root, IMAGES[image])},${east},0,${role}`;
  });
  const csv = await writeText(
    folder,
    `${name}.csv`,
    ["image,easting,northing,role", ...lines, ""].join("\n"),
  );
  return ["--dataset", "csv", "--positions", csv];
}

/** Runs a task that must succeed, and returns what it prints with `--json`, and its notes. */
async function run(
  cwd: string,
  ...args: string[]
  // deno-lint-ignore no-explicit-any
): Promise<{ json: any; err: string }> {
  const { code, out, err } = await runTask([...args, "--json"], { cwd });
  assert.equal(code, 0, err);
  return { json: JSON.parse(out), err };
}

const ONE_CLUSTER = [...SMALL, "--num-clusters", "1"];

Deno.test("test takes one query and one database image, with a positive or without", () =>
  inFolder(async (folder) => {
    const near = await writeRows(folder, "near", [["query", 0], ["near", 25]]);
    const far = await writeRows(folder, "far", [["query", 0], ["near", 25.01]]);
    const found = await run(folder, "test", ...near, ...ONE_CLUSTER);
    assert.deepEqual(found.json.recall, { 1: 1, 5: 1, 10: 1, 20: 1 });
    const missed = await run(folder, "test", ...far, ...AVG);
    assert.deepEqual(missed.json.recall, { 1: 0, 5: 0, 10: 0, 20: 0 });
    assert.equal(missed.json.queriesWithoutPositives, 1);
    assert.match(missed.err, /1 of 1 queries .*; they count as missed/);
    assert.match(missed.err, /^1 query in 1 database image$/m);
  }));

Deno.test("test leaves one out of two images, and of one", () =>
  inFolder(async (folder) => {
    const two = await writeRows(folder, "two", [["near", 0], ["far", 3]]);
    const one = await writeRows(folder, "one", [["near", 0]]);
    const args = ["--leave-one-out", ...AVG];
    const both = await run(folder, "test", ...two, ...args);
    assert.deepEqual(both.json.recall, { 1: 1, 5: 1, 10: 1, 20: 1 });
    const alone = await run(folder, "test", ...one, ...args);
    assert.deepEqual(alone.json.recall, { 1: 0, 5: 0, 10: 0, 20: 0 });
  }));

Deno.test("train learns one cluster from one tuple of one negative", () =>
  inFolder(async (folder) => {
    const data = await writeRows(folder, "tuple", [
      ["query", 0],
      ["near", 10],
      ["far", 300],
    ]);
    const { json } = await run(
      folder,
      ...["train", ...data, ...ONE_CLUSTER, "--epochs", "1", "--margin", "9"],
    );
    const [, epoch] = json.history;
    assert.deepEqual([epoch.tuples, epoch.skipped], [1, 0]);
    assert.ok(Number.isFinite(epoch.loss) && epoch.loss > 0);
  }));

Deno.test("train and cluster say what a dataset has too little of", () =>
  inFolder(async (folder) => {
    const one = await writeRows(folder, "one", [["query", 0], ["near", 3]]);
    const two = await writeRows(folder, "two", [["near", 0], ["far", 300]]);
    const epoch = ["--epochs", "1"];
    await refuse(
      {
        args: ["train", ...one, ...AVG, ...epoch],
        what: /^DatasetError: Cannot train: no query has a negative$/,
        where: /split all, beyond 25 meters$/,
        fix:
          /^add database images of other places, or lower --positive-radius$/,
      },
      {
        args: ["train", ...two, "--leave-one-out", ...AVG, ...epoch],
        what: /^DatasetError: Cannot train: no query has a potential positive$/,
        where: /split all, 0 to 10 meters/,
        fix: /^widen --potential-positive-ring/,
      },
      {
        args: ["cluster", ...one, ...SMALL, "--num-clusters", "64"],
        what: /^OptionsError: Cannot find 64 clusters in 6 points$/,
        where: /^--num-clusters$/,
        fix: /^ask for at most 6 clusters, or give more images$/,
      },
      {
        args: ["test", ...one, ...SMALL, "--num-clusters", "0"],
        what: /^OptionsError: /,
        where: /num-clusters is 0, must be an integer from 1 to 4096/,
        fix: /./,
      },
    );
  }));
