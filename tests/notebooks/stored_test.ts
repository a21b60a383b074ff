import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import {
  NAMES,
  NOTEBOOKS,
  readCode,
  readNotebook,
  runDeno,
} from "./notebook_files.ts";

const MOST_LINES = 14;

/** Names that code declares at its top level, imported ones too. */
function listDeclared(code: string): string[] {
  const imported = [...code.matchAll(/^import \{([^}]*)\}/gm)]
    .flatMap(([, names]) => names!.split(","))
    .map((name) => name.replace(/^\s*type\s/, "").trim());
  const single = [
    ...code.matchAll(/^(?:const|let|(?:async )?function\*?|class) (\w+)/gm),
  ].map(([, name]) => name!);
  const several = [...code.matchAll(/^(?:const|let) [[{](.*?)[\]}] =/gms)]
    .flatMap(([, names]) => names!.match(/\w+(?=\s*(?:[,}\]]|$))/g) ?? []);
  return [...imported, ...single, ...several].filter((name) => name !== "");
}

Deno.test("the notebooks are the five of the documentation", () => {
  assert.deepEqual(NAMES, [
    "01_dataset.ipynb",
    "02_clusters.ipynb",
    "03_training.ipynb",
    "04_retrieval.ipynb",
    "05_your_photos.ipynb",
  ]);
});

for (const name of NAMES) {
  const notebook = readNotebook(NOTEBOOKS + name);
  const code = readCode(notebook);

  Deno.test(`notebooks/${name} is stored without outputs, for the Deno kernel`, () => {
    const leftovers = notebook.cells.flatMap((cell) => [
      ...(cell.outputs ?? []),
      ...(cell.execution_count ? [cell.execution_count] : []),
    ]);
    assert.deepEqual(leftovers, []);
    const { kernelspec } = notebook.metadata;
    assert.equal(kernelspec?.["name"], "deno");
    assert.equal(kernelspec?.["language"], "typescript");
  });

  Deno.test(`notebooks/${name} imports the library and nothing else`, () => {
    const sources = code.join("\n").matchAll(/\bfrom\s+"([^"]+)"|\bimport\(/g);
    const others = [...sources].map(([, source]) => source)
      .filter((source) => source !== "../mod.ts");
    assert.deepEqual(others, []);
  });

  Deno.test(`notebooks/${name} has short cells`, () => {
    const long = code.filter((cell) => cell.split("\n").length > MOST_LINES);
    assert.deepEqual(long, []);
  });

  Deno.test(`notebooks/${name} declares each name once`, () => {
    const names = code.flatMap(listDeclared);
    const twice = names.filter((name, i) => names.indexOf(name) !== i);
    assert.deepEqual(twice, []);
  });

  Deno.test(`notebooks/${name} writes under ../demo only`, () => {
    const paths = code.join("\n").matchAll(/"(\.\.?\/[^"]*)"/g);
    const others = [...paths].map(([, path]) => path!)
      .filter((path) => path !== "../mod.ts" && !path.startsWith("../demo/"));
    assert.deepEqual(others, []);
  });
}

Deno.test("the cells of the notebooks are formatted", () =>
  inFolder(async (folder) => {
    for (const name of NAMES) {
      for (
        const [i, cell] of readCode(readNotebook(NOTEBOOKS + name)).entries()
      ) {
        const file = join(folder, `${name}_cell${i + 1}.ts`);
        await Deno.writeTextFile(file, cell + "\n");
      }
    }
    const { code, text } = await runDeno("fmt", "--check", folder);
    assert.equal(code, 0, text);
  }));
