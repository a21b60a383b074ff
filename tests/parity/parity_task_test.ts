import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../in_folder.ts";
import { runCommand } from "../tasks/run_command.ts";

const GOLDEN = fileURLToPath(new URL("../golden/", import.meta.url));

Deno.test("deno task parity prints a table and writes it, and ends with 0 where all pass", () =>
  inFolder(async (folder) => {
    const path = join(folder, "new/parity.md");
    const { code, out, err } = await runCommand(
      "parity",
      ...["--case", "h_recall", "--engine", "wasm", "--output", path],
    );
    assert.equal(code, 0, err);
    const lines = out.trimEnd().split("\n");
    assert.match(
      lines[0]!,
      /^case +engine +largest error +allowed error +verdict +quantity$/,
    );
    assert.match(
      lines[1]!,
      /^h_recall\/db12_q9_small +wasm +\S+e-7 +2\.00e-5 +pass +distances$/,
    );
    assert.equal(lines.at(-1), "3 pass, 0 fail, 0 skipped");
    const written = await Deno.readTextFile(path);
    assert.match(written, /^- \d{4}-\d\d-\d\d$/m);
    assert.match(
      written,
      /^- Deno [\d.]+, TensorFlow\.js [\d.]+, ONNX Runtime [\d.]+$/m,
    );
    assert.match(written, /^- engine wasm: \d+ threads?$/m);
    assert.match(written, /^- 3 pass, 0 fail, 0 skipped$/m);
    assert.match(
      written,
      /^\| h_recall\/ties \| wasm \| \S+ \| 2\.00e-5 \| pass \| distances \|$/m,
    );
    assert.deepEqual([...Deno.readDirSync(join(folder, "new"))].length, 1);
  }));

Deno.test("deno task parity says where a case fails and ends with 1; --json gives the table as data", () =>
  inFolder(async (folder) => {
    for (const file of ["b3_d64.json", "b3_d64.h5"]) {
      await Deno.copyFile(
        join(GOLDEN, "c_triplet", file),
        join(folder, file),
      );
    }
    const notes = JSON.parse(await Deno.readTextFile(`${folder}/b3_d64.json`));
    notes.scalars.margin = 0.2;
    await Deno.writeTextFile(`${folder}/b3_d64.json`, JSON.stringify(notes));
    const args = [folder, "--engine", "wasm"];
    const plain = await runCommand("parity", ...args);
    assert.equal(plain.code, 1);
    assert.match(plain.out, /^c_triplet\/b3_d64 on wasm fails:$/m);
    assert.match(
      plain.out,
      /^ {2}loss: off by \S+, 1\.15e-6 allowed; at \[0\] it is [\d.]+, not 0\.1378\d+$/m,
    );
    assert.match(plain.out, /^0 pass, 1 fail, 0 skipped$/m);

    const { code, out, err } = await runCommand("parity", ...args, "--json");
    assert.equal(code, 1);
    assert.match(err, /0 pass, 1 fail/);
    const { rows, counts, engines, versions } = JSON.parse(out);
    assert.deepEqual(counts, { pass: 0, fail: 1, skipped: 0 });
    assert.equal(engines[0].name, "wasm");
    assert.ok(versions.Deno);
    assert.deepEqual(
      // deno-lint-ignore no-explicit-any
      rows[0].quantities.map(({ name }: any) => name),
      ["per_triplet", "loss", "grad_q", "grad_p", "grad_n"],
    );
    assert.equal(rows[0].quantities[1].count, 1);
  }));

Deno.test("deno task parity takes engines one by one or in a list, and refuses others", async () => {
  const lists = [["wasm,WASM"], ["wasm", "wasm"]];
  for (const list of lists) {
    const args = list.flatMap((name) => ["--engine", name]);
    const { code, err } = await runCommand("parity", GOLDEN, ...args);
    assert.equal(code, 1);
    assert.match(err, /--engine is "?wasm,wasm"?, must be a list .* each once/);
  }
  const { code, err } = await runCommand("parity", "--engine", "cuda");
  assert.equal(code, 1);
  assert.match(err, /--engine "cuda" is not a list of webgpu, wasm, native/);
});

Deno.test("deno task parity says in three lines that a folder is not there", async () => {
  const { code, out, err } = await runCommand("parity", "nowhere/at/all");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(
    err,
    /^DatasetError: Cannot list golden cases\n {2}where: nowhere\/at\/all .*\n {2}fix: {3}.*\n$/,
  );
});
