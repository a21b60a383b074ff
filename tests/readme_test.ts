import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "./in_folder.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const CONFIG = readText("deno.json");
const FLAGS = readText("docs/flags.md");
const PAGES = [
  "README.md",
  ...[...Deno.readDirSync(join(ROOT, "docs"))].map(({ name }) =>
    `docs/${name}`
  ),
].map((file) => ({ file, text: readText(file) }));

/** Flags of Deno that the pages name, and of programs of their own. */
const OTHER_FLAGS = ["allow-ffi", "config", "frozen", "logdir", "no-prompt"];

function readText(file: string): string {
  return Deno.readTextFileSync(join(ROOT, file));
}

/** The code blocks of a page in some languages. */
function listBlocks(text: string, ...languages: string[]): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, language]) => languages.includes(language!))
    .map(([, , code]) => code!);
}

/** Flags in a text, without their dashes. */
function listFlagsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w-])--([a-z][\w-]*)/gi)]
    .map(([, name]) => name!);
}

/** The flags of a task as docs/flags.md documents them. */
function flagsOf(task: string): Set<string> {
  const section = FLAGS.split(/^## /m)
    .find((part) => part.startsWith(`deno task ${task}\n`)) ?? "";
  const names = [...section.matchAll(/^ {2}--([\w-]+)/gm)];
  return new Set(names.map(([, name]) => name!));
}

/** The commands of a page that run a task, with the name of the task. */
function listCommands(text: string): { task: string; command: string }[] {
  const lines = listBlocks(text, "bash").join("").replaceAll("\\\n", " ");
  return lines.split("\n").flatMap((command) => {
    const match = command.match(/deno(?:@\S+)? task (\w+)/) ??
      command.match(/ tasks\/(\w+)\.ts/);
    return match === null ? [] : [{ task: match[1]!, command }];
  });
}

Deno.test("README.md has examples that run", async () => {
  const examples = listBlocks(readText("README.md"), "ts");
  assert.equal(examples.length, 2);
  await inFolder(async (folder) => {
    const scripts = examples.map((example, i) => {
      const source = example.replace('"./mod.ts"', `"file://${ROOT}mod.ts"`);
      assert.notEqual(source, example);
      const script = join(folder, `example${i}.ts`);
      Deno.writeTextFileSync(script, source);
      return script;
    });
    await deno(folder, "check", ...scripts);
    for (const script of scripts) {
      const output = await deno(folder, "run", "-A", "--no-check", script);
      assert.match(output, /Recall@1 \d|nearest to the first query: \d/);
    }
  });
});

/** Runs Deno with the project's settings, and returns its standard output. */
async function deno(
  folder: string,
  command: string,
  ...args: string[]
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "--config", `${ROOT}deno.json`, ...args],
    cwd: folder,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("README.md and docs name tasks that are there", () => {
  const { tasks } = JSON.parse(CONFIG);
  const named = PAGES.flatMap(({ text }) =>
    [...text.matchAll(/deno(?:@\S+)? task (\w+)/g)].map(([, name]) => name!)
  );
  assert.ok(named.length > 20);
  assert.deepEqual(named.filter((name) => !Object.hasOwn(tasks, name)), []);
});

Deno.test("README.md and docs give commands whose flags the task has", () => {
  const commands = PAGES.flatMap(({ text }) => listCommands(text));
  assert.ok(commands.length > 12);
  const wrong = commands.flatMap(({ task, command }) =>
    listFlagsIn(command)
      .filter((name) => !flagsOf(task).has(name))
      .map((name) => `--${name} in: ${command}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("README.md and docs name flags that are there", () => {
  const known = new Set([...listFlagsIn(FLAGS), ...OTHER_FLAGS]);
  const wrong = PAGES.flatMap(({ file, text }) =>
    listFlagsIn(text).filter((name) => !known.has(name))
      .map((name) => `${file}: --${name}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("README.md and docs link to files that are there", async () => {
  for (const { file, text } of PAGES) {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await Deno.stat(join(ROOT, file, "..", target!));
    }
    for (const [path] of text.matchAll(/\b(lib|tasks|tests)\/[\w/]+\.\w+/g)) {
      await Deno.stat(join(ROOT, path));
    }
  }
});

Deno.test("README.md and docs name permission sets that are there", () => {
  const { permissions } = JSON.parse(CONFIG);
  const sets = PAGES.flatMap(({ text }) =>
    [...text.matchAll(/ -P=(\w+)/g)].map(([, name]) => name!)
  );
  assert.deepEqual(sets.filter((name) => !(name in permissions)), []);
});
