import assert from "node:assert/strict";
import { join } from "node:path";
import type { NotebookResult } from "../../tasks/_notebooks.ts";
import { inFolder } from "../in_folder.ts";
import { DEBIAN_PYTHON, pythonPackage } from "../run_python.ts";
import { runForJson } from "../tasks/run_command.ts";
import { asModules, NAMES, readNotebook, runDeno } from "./notebook_files.ts";

/** Each takes a fifth of it on two free cores. */
const LIMIT_SECONDS = 150;

const { missing } = await pythonPackage("jupyter_client");

Deno.test({
  name: `the notebooks run in the real kernel, and show SVG${missing}`,
  ignore: missing !== "",
  fn: () =>
    inFolder(async (folder) => {
      const { json } = await runForJson(
        "notebooks",
        `--python=${DEBIAN_PYTHON}`,
        `--output=${folder}`,
        `--time-limit=${LIMIT_SECONDS}`,
      );
      const results: NotebookResult[] = json.notebooks;
      assert.equal(results.length, NAMES.length);
      for (const name of NAMES) checkCopy(join(folder, name));
    }),
});

/** Every cell has run, and what is shown can be shown anywhere: no script, nothing from elsewhere. */
function checkCopy(path: string): void {
  const { cells } = readNotebook(path);
  const code = cells.filter((cell) => cell.cell_type === "code");
  assert.deepEqual(
    code.map((cell) => cell.execution_count),
    code.map((_, i) => i + 1),
  );
  const pictures = code.flatMap((cell) => cell.outputs ?? [])
    .flatMap(({ data }) => data?.["image/svg+xml"] ?? []);
  assert.ok(pictures.length > 0, path);
  for (const svg of pictures) {
    assert.match(svg, /^<svg [^]*<\/svg>\s*$/);
    assert.doesNotMatch(svg, /<script|href="(?!data:|#)/);
  }
}

for (const name of missing === "" ? [] : NAMES) {
  Deno.test(`notebooks/${name} runs as a module: there is no Jupyter`, () =>
    asModules([name], async ([file]) => {
      const { code, text } = await runDeno("run", "-A", "--no-check", file!);
      assert.equal(code, 0, text);
    }));
}
