import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { AVG, refuse, runTask } from "./refuse.ts";

/** Runs a task that must succeed, and returns what it prints. */
async function run(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await runTask(args, { cwd });
  assert.equal(code, 0, err);
  return out;
}

/** Photographs of the tiny city in Oxford's layout: place 0 with something to ignore, place 1. */
async function writeOxford(folder: string): Promise<string[]> {
  const city = await tinyCity();
  const root = join(folder, "oxford");
  await Deno.mkdir(join(root, "gt"), { recursive: true });
  for (const place of [0, 1, 2]) {
    for (const photo of [0, 1, 2]) {
      const name = `database_${place}_${photo}.jpg`;
      await Deno.copyFile(join(city, "test", name), join(root, name));
    }
  }
  for (const place of [0, 1]) {
    const lists = {
      query: `database_${place}_0 4 4 60.5 44`,
      good: `database_${place}_0`,
      ok: `database_${place}_1`,
      junk: place === 0 ? "database_0_2" : "",
    };
    for (const [kind, text] of Object.entries(lists)) {
      const path = join(root, "gt", `place_${place}_${kind}.txt`);
      await Deno.writeTextFile(path, text);
    }
  }
  return ["--dataset", "oxford", "--data-path", root];
}

Deno.test("test says what recall is of, and compare which of two models finds more", () =>
  inFolder(async (folder) => {
    const data = ["--data-path", await tinyCity(), "--split", "test"];
    const test = (name: string, ...flags: string[]) =>
      run(folder, "test", ...data, ...AVG, "--output", name, ...flags);
    const said = await test("a", "--seed", "1", "--protocol", "msls");
    assert.match(
      said,
      /^Recall@N of answerable queries, 25 m, no heading limit: headings are not known, protocol msls\nRecall@1 .*\nAUC-PR [\d.]+ % \([\d.]+ to [\d.]+\), recall at 100 % precision [\d.]+ %$/m,
    );
    const flags = JSON.parse(
      await Deno.readTextFile(join(folder, "a", "flags.json")),
    );
    assert.equal(flags.evaluate.protocol, "msls");
    assert.equal(flags.evaluate.denominator, "answerable");
    await test("b", "--seed", "2", "--denominator", "answerable");

    const table = await run(folder, "compare", "a", "b", "--output", "c.svg");
    assert.match(table, /^10 queries; Recall@N of answerable queries, 25 m,/m);
    assert.match(
      table,
      /^Recall@1 +[\d.]+ % +[\d.]+ % +[-+]?[\d.]+ +[-+]?[\d.]+ to [-+]?[\d.]+ +\d+ +\d+ +[\d.]+$/m,
    );
    const svg = await Deno.readTextFile(join(folder, "c.svg"));
    assert.ok(svg.startsWith("<svg") && svg.includes("A: a"));
    const json = JSON.parse(
      await run(folder, "compare", "a", "b", "--resamples", "50", "--json"),
    );
    const recalls = JSON.parse(
      await Deno.readTextFile(join(folder, "b", "recalls.json")),
    );
    assert.equal(json.recall[0].b, recalls.recall["1"]);
    assert.ok(Math.abs(json.aucPr.b - recalls.aucPr.value) < 1e-9);
    assert.equal(json.countedQueries, recalls.countedQueries);

    await Deno.mkdir(join(folder, "c"));
    await Deno.copyFile(
      join(folder, "b", "predictions.json"),
      join(folder, "c", "predictions.json"),
    );
    const other = { ...recalls.protocol, denominator: "all" };
    await Deno.writeTextFile(
      join(folder, "c", "recalls.json"),
      JSON.stringify({ ...recalls, protocol: other }),
    );
    const of = (...names: string[]) => [
      "compare",
      ...names.map((name) => join(folder, name)),
    ];
    await refuse({
      args: of("a", "c"),
      what: /^DatasetError: Cannot compare evaluations that differ$/,
      where: /: denominator: answerable and all$/,
      fix: /same split/,
    }, {
      args: of("a", "none"),
      what: /^OptionsError: Cannot tell which evaluations to compare$/,
      where: /none has none$/,
      fix: /two folders/,
    });
  }));

Deno.test("test gives mean average precision where the truth is lists, and a report without a map", () =>
  inFolder(async (folder) => {
    const data = await writeOxford(folder);
    const said = await run(folder, "test", ...data, ...AVG, "--output", "a");
    assert.match(
      said,
      /^2 queries in 9 database images\nRecall@N of all queries, right as listed$/m,
    );
    assert.match(
      said,
      /^mAP [\d.]+ % \([\d.]+ to [\d.]+\), mP@1 [\d.]+ %, mP@5 /m,
    );
    const read = async (name: string) =>
      JSON.parse(await Deno.readTextFile(join(folder, "a", name)));
    const { map } = await read("recalls.json");
    assert.equal(map.all.queries, 2);
    const { queries } = await read("predictions.json");
    assert.equal(queries[0].positives, 2);
    const mean = (queries[0].averagePrecision.all +
      queries[1].averagePrecision.all) / 2;
    assert.ok(Math.abs(mean - map.all.value) < 1e-8);
    const found = queries[0].predictions.map(
      ({ database }: { database: string }) => database,
    );
    assert.equal(found.length, 8); // all but what is ignored
    assert.ok(!found.some((path: string) => path.endsWith("_0_2.jpg")));
    const page = await Deno.readTextFile(join(folder, "a", "report.html"));
    assert.ok(!page.includes('id="map-view"'));
    assert.ok(page.includes("that the ground truth lists for the query"));
  }));
