import assert from "node:assert/strict";
import { join } from "node:path";
import { translateTorchFlags } from "../../lib/train/torch_flags.ts";
import { THEIR_FLAGS } from "../flags_doc.ts";
import {
  listBlocks,
  listCommands,
  listInlineCommands,
  PAGES,
  readText,
  ROOT,
  taskOf,
} from "./pages.ts";

const FLAGS = readText("docs/flags.md");
const COMMANDS = PAGES.flatMap((page) => [
  ...listCommands(page),
  ...listInlineCommands(page),
]);

/** Flags of Deno that the pages name, and of programs of their own. */
const OTHER_FLAGS = [
  ...["env", "ffi", "import", "net", "read", "run", "sys", "write"]
    .flatMap((right) => [`allow-${right}`, `deny-${right}`]),
  ...["cached-only", "check", "config", "dry-run", "frozen", "install", "lint"],
  ...["logdir", "no-prompt", "no-sandbox"],
];

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

Deno.test("README.md and docs name tasks that are there", () => {
  const { tasks } = JSON.parse(readText("deno.json"));
  const named = PAGES.flatMap(({ text }) =>
    [...text.matchAll(/deno(?:@\S+)? task (\w+)/g)].map(([, name]) => name!)
  );
  assert.ok(named.length > 20);
  assert.deepEqual(named.filter((name) => !Object.hasOwn(tasks, name)), []);
});

Deno.test("README.md and docs give commands whose flags the task has", () => {
  const wrong = COMMANDS.flatMap(({ command }) => {
    const task = taskOf(command);
    return task === undefined ? [] : listFlagsIn(command)
      .filter((name) => !flagsOf(task).has(name))
      .filter((name) => !OTHER_FLAGS.includes(name))
      .map((name) => `--${name} in: ${command}`);
  });
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

Deno.test("README.md and docs name headings that are there", () => {
  const headings = new Map(
    PAGES.map(({ file, text }) => [file, listAnchors(text)]),
  );
  const broken = PAGES.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)/g)]
      .filter(([, target, anchor]) => {
        const page = target === "" ? file : join(file, "..", target!);
        return !headings.get(page)?.has(anchor!);
      })
      .map(([link]) => `${file}: ${link}`)
  );
  assert.deepEqual(broken, []);
});

/** What links to the headings of a page are called. */
function listAnchors(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, line]) => line!);
  return new Set(
    headings.map((heading) =>
      heading.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")
    ),
  );
}

Deno.test("docs/architecture.md draws the flow as mod.ts does", () => {
  const header = readText("mod.ts").match(/```\n([^]*?) \* ```/)![1]!
    .replaceAll(/^ \* ?/gm, "");
  const [drawn] = listBlocks(readText("docs/architecture.md"));
  assert.equal(drawn!.code, header);
});

Deno.test("README.md and docs name permission sets that are there", () => {
  const { permissions } = JSON.parse(readText("deno.json"));
  const sets = PAGES.flatMap(({ text }) =>
    [...text.matchAll(/ -P=(\w+)/g)].map(([, name]) => name!)
  );
  assert.deepEqual(sets.filter((name) => !(name in permissions)), []);
});

Deno.test("README.md and docs/flags.md have every flag of pytorch-NetVlad", () => {
  const names = Object.keys(THEIR_FLAGS);
  const read = Object.fromEntries(
    names.map((name) => [name.replaceAll("-", "_"), "0"]),
  );
  assert.deepEqual(translateTorchFlags(read).unknown, []);
  assert.equal(names.length, 32);
  const [, moving] = readText("README.md").split("## Moving from");
  const [section] = moving!.split("\n## ");
  const told = new Set([
    ...section!.matchAll(/`--([\w-]+)/g),
  ].map(([, name]) => name!));
  assert.deepEqual(names.filter((name) => !told.has(name)), []);
});
