import assert from "node:assert/strict";
import { join } from "node:path";
import { testInFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { refuse } from "./refuse.ts";
import { runForJson } from "./run_command.ts";

const MODEL = ["--arch", "alexnet", "--width-divisor", "8"];
const WASM = ["--engine", "wasm", "--engine-threads", "1"];

testInFolder(
  "rank prints a table, and leaves it with its plot and options",
  async (folder) => {
    const output = join(folder, "ranking");
    const { json, err } = await runForJson(
      "rank",
      ...["--data-path", await tinyCity(), "--split", "test"],
      ...[...MODEL, "--num-clusters", "4", ...WASM],
      ...["--centroids-path", folder, "--lengths", "4,64"],
      ...["--output", output],
    );
    assert.equal(json.output, output);
    assert.equal(json.queries, 10);
    const [first] = json.ranking;
    assert.equal(first.title, "average (SPoC)");
    assert.match(
      err,
      /^aggregator +values +stored as +bytes +Recall@1 +Recall@5 +Recall@10 +Recall@20$/m,
    );
    assert.match(err, /^average \(SPoC\) +32 +float32 +128 +\d+\.\d %/m);
    assert.match(err, /^ {2}PCA to 4 +4 +int8 +8 +\d+\.\d %/m);
    const read = (name: string): Promise<string> =>
      Deno.readTextFile(join(output, name));
    assert.deepEqual(
      JSON.parse(await read("ranking.json")).ranking,
      json.ranking,
    );
    assert.match(await read("ranking.svg"), /colour histogram/);
    const flags = JSON.parse(await read("flags.json"));
    assert.deepEqual(flags.rank.rankLengths, [4, 64]);
    assert.equal(flags.model.numClusters, 4);
  },
);

testInFolder(
  "rank refuses one of the layers that it compares",
  async () => {
    await refuse({
      args: ["rank", "--data-path", await tinyCity(), "--pooling", "gem"],
      what: /^OptionsError: Cannot/,
      where: /--pooling gem is one of those that are compared: leave it out/,
      fix: /./,
    });
  },
);
