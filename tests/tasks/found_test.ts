import assert from "node:assert/strict";
import { join } from "node:path";
import { readHlocDescriptors, readPairs } from "../../mod.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { AVG, refuse } from "./refuse.ts";
import { runCommand, runForJson } from "./run_command.ts";

Deno.test("test evaluates what another program found: extract, sandbox and pairs come to the same", () =>
  inFolder(async (folder) => {
    const city = await tinyCity();
    const descriptors = join(folder, "feats.h5");
    const dataset = ["--data-path", city, "--split", "test"];
    await runForJson(
      "extract",
      ...["--images", city, "--output", descriptors, "--layout", "hloc"],
      ...AVG,
    );
    using rows = await readHlocDescriptors(descriptors);
    assert.ok(rows.names.includes("queries_real/test/query_0_0.jpg"));

    const own = join(folder, "own");
    const { json: model } = await runForJson(
      "test",
      ...[...dataset, ...AVG, "--output", own],
    );
    const found = join(folder, "found");
    const { json } = await runForJson(
      "sandbox",
      ...[...dataset, "--descriptors", descriptors, "--engine", "wasm"],
      ...["--output", found, "--pairs", "20"],
    );
    assert.deepEqual(json.recall, model.recall);
    assert.equal(json.descriptor, model.descriptor);
    assert.equal(json.found, descriptors);
    for (const file of ["predictions.csv", "predictions.json"]) {
      assert.equal(
        await Deno.readTextFile(join(found, file)),
        await Deno.readTextFile(join(own, file)),
      );
    }

    const pairsFile = join(found, "pairs.txt");
    const pairs = await readPairs(pairsFile);
    assert.equal(pairs.size, 10);
    assert.equal(
      pairs.get("queries_real/test/query_0_0.jpg")!.length,
      15, // as many as there are
    );
    const ranked = join(folder, "ranked");
    const { json: listed, err } = await runForJson(
      "test",
      ...[...dataset, "--pairs-file", pairsFile, "--output", ranked],
    );
    assert.deepEqual(listed.recall, model.recall);
    assert.equal(listed.descriptor, null);
    assert.equal(listed.aucPr, null);
    assert.match(err, /no query has more than 15 pairs/);
    const report = await Deno.readTextFile(join(ranked, "report.html"));
    assert.ok(report.includes(`Pairs of ${pairsFile}`));

    const { code, err: refused } = await runCommand("explore", ranked);
    assert.equal(code, 1);
    assert.match(refused, /Cannot explore a report without a model/);
  }));

Deno.test("test says what does not go with results of another program", async () => {
  const data = ["test", "--data-path", await tinyCity()];
  const flags = /^OptionsError: Cannot test with these flags$/;
  await refuse({
    args: [...data, "--descriptors", "a.h5", "--arch", "vgg16"].concat(
      ["--resize", "64x48", "--whiten", "16"],
    ),
    what: flags,
    where:
      /--descriptors is in the place of a model, which leaves no --arch; .* no --whiten.*; .* no --resize/,
    fix: /./,
  }, {
    args: [...data, "--query-descriptors", "a.h5", "--pairs-root", "data"],
    what: flags,
    where:
      /--pairs-root is data, which is of use with --pairs alone; --query-descriptors is for --descriptors/,
    fix: /./,
  }, {
    args: [...data, "--pairs-file", "a", "--descriptors", "b"],
    what: flags,
    where: /^--pairs-file has the rankings, which leaves no --descriptors$/,
    fix: /./,
  }, {
    args: [...data, "--pairs-file", "nowhere.txt"],
    what: /^DatasetError: Cannot read pairs of images$/,
    where: /^nowhere\.txt \(/,
    fix: /^give a text file/,
  }, {
    args: ["extract", "--images", "a", "--output", "a.npy"].concat(
      ["--layout", "hloc"],
    ),
    what: /^OptionsError: Cannot extract with these flags$/,
    where: /--output is a\.npy, the layout hloc is HDF5/,
    fix: /./,
  });
});
