import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { asModules, NAMES } from "../notebooks/notebook_files.ts";
import { listBlocks, PAGES, ROOT } from "./pages.ts";

const EXAMPLES = PAGES.flatMap(({ file, text }) =>
  listBlocks(text).filter(({ language }) => language === "ts")
    .map(({ code }) => ({ file, code }))
);

Deno.test("README.md, docs and notebooks have code that type-checks, and examples that run", async () => {
  assert.ok(EXAMPLES.length >= 3);
  await inFolder(async (folder) => {
    const scripts = EXAMPLES.map(({ file, code }, i) => {
      const source = code.replace('"./mod.ts"', `"file://${ROOT}mod.ts"`);
      assert.notEqual(source, code, `${file} imports ./mod.ts`);
      const script = join(folder, `example${i}.ts`);
      Deno.writeTextFileSync(script, source);
      return script;
    });
    await asModules(NAMES, (modules) =>
      // at once: each check goes through the library
      deno(folder, "check", ...scripts, ...modules));
    for (const script of scripts) {
      await deno(folder, "run", "-A", "--no-check", script);
    }
  });
});

/** Runs Deno with the project's settings; it must succeed. */
async function deno(
  folder: string,
  command: string,
  ...args: string[]
): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "--config", `${ROOT}deno.json`, ...args],
    cwd: folder,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}
