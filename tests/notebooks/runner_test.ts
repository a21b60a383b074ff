import assert from "node:assert/strict";
import { join } from "node:path";
import type { NotebookResult } from "../../tasks/_notebooks.ts";
import { inFolder } from "../in_folder.ts";
import { DEBIAN_PYTHON, pythonPackage } from "../run_python.ts";
import { runCommand } from "../tasks/run_command.ts";
import { type Output, readNotebook } from "./notebook_files.ts";

const { missing } = await pythonPackage("jupyter_client");

/** Long enough for every cell that ends. */
const LIMIT_SECONDS = 5;

/** Notebooks by name, cell by cell. */
const CRAFTED: Record<string, string[]> = {
  right: ["1 + 1", "", "console.log('a'); console.log('b')"],
  late: [
    `(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await Deno.jupyter.display({ "text/plain": "late" }, { raw: true });
    })();
    undefined`,
  ],
  live: [
    `await Deno.jupyter.display({ "text/plain": "first" }, { raw: true, display_id: "x" });`,
    `await Deno.jupyter.display({ "text/plain": "second" }, { raw: true, display_id: "x", update: true });`,
  ],
  thrown: ["1", "const a: number = 1;\nthrow new TypeError('bad thing');", "2"],
  rejected: ["await Promise.reject(new Error('refused'))"],
  uncaught: ["console.error('Uncaught (in promise) Error: lost')"],
  unreadable: ["const = 1;"],
  dead: ["1", "Deno.exit(7)", "2"],
  endless: [
    "Deno.writeTextFileSync('pid', String(Deno.pid))",
    "while (true) {}",
  ],
};

async function writeNotebook(path: string, code: string[]): Promise<void> {
  const cells = code.map((source) => ({
    cell_type: "code",
    execution_count: null,
    metadata: {},
    outputs: [],
    source: [source],
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, "nbformat_minor": 5 };
  await Deno.writeTextFile(path, JSON.stringify(notebook));
}

/** A notebook after its run. */
interface Run extends NotebookResult {
  /** Of its copy, cell by cell. */
  outputs: Output[][];
}

interface Outcome {
  code: number;
  err: string;
  runs: Record<string, Run>;
  /** Whether the kernel of `endless` still lives. */
  isLeft: boolean;
}

let outcome: Promise<Outcome> | undefined;

/** Runs all crafted notebooks with one command, once. */
function runCrafted(): Promise<Outcome> {
  return outcome ??= (async () => {
    let found: Outcome | undefined;
    await inFolder(async (folder) => {
      const names = Object.keys(CRAFTED);
      const paths = names.map((name) => join(folder, `${name}.ipynb`));
      for (const [i, path] of paths.entries()) {
        await writeNotebook(path, CRAFTED[names[i]!]!);
      }
      const copies = join(folder, "copies");
      const options = [
        `--python=${DEBIAN_PYTHON}`,
        `--output=${copies}`,
        `--time-limit=${LIMIT_SECONDS}`,
        "--json",
      ];
      const ended = await runCommand("notebooks", ...options, ...paths);
      const { notebooks } = JSON.parse(ended.out);
      const runs = names.map((name, i): [string, Run] => [name, {
        ...notebooks[i],
        outputs: readNotebook(join(copies, `${name}.ipynb`))
          .cells.map((cell) => cell.outputs ?? []),
      }]);
      const pid = await Deno.readTextFile(join(folder, "pid"));
      found = {
        ...ended,
        runs: Object.fromEntries(runs),
        isLeft: await isAlive(pid),
      };
    });
    return found!;
  })();
}

async function isAlive(pid: string): Promise<boolean> {
  const command = new Deno.Command("kill", {
    args: ["-0", pid],
    stderr: "null",
  });
  return (await command.output()).success;
}

/** A test of what the crafted notebooks came to. */
function testRuns(name: string, check: (outcome: Outcome) => void): void {
  Deno.test({
    name: name + missing,
    ignore: missing !== "",
    fn: async () => check(await runCrafted()),
  });
}

const textOf = ({ text, data }: Output): string | undefined =>
  text ?? data?.["text/plain"];

testRuns("the runner runs every cell of a notebook", ({ runs }) => {
  const { right } = runs;
  assert.equal(right!.failure, null);
  assert.equal(right!.cells, 3);
  assert.ok(right!.seconds > 0);
  assert.match(textOf(right!.outputs[0]![0]!)!, /2/);
  assert.deepEqual(right!.outputs[2]!.map(textOf), ["a\nb\n"]);
});

testRuns("the runner keeps what comes after the kernel is idle", ({ runs }) => {
  assert.equal(runs["late"]!.failure, null);
  assert.deepEqual(runs["late"]!.outputs[0]!.map(textOf), ["late"]);
});

testRuns("the runner draws again in place", ({ runs }) => {
  assert.deepEqual(
    runs["live"]!.outputs.map((outputs) => outputs.map(textOf)),
    [["second"], []],
  );
});

testRuns("the runner fails on an error, and stops at it", ({ runs }) => {
  const { failure, outputs } = runs["thrown"]!;
  assert.equal(failure!.cell, 2);
  assert.match(failure!.code, /^const a: number = 1;\nthrow/);
  assert.match(failure!.text, /^TypeError: bad thing\n/);
  assert.deepEqual(outputs[2], []);
  assert.match(runs["rejected"]!.failure!.text, /^Error: refused/);
});

testRuns("the runner fails on an uncaught error in stderr", ({ runs }) => {
  const { text } = runs["uncaught"]!.failure!;
  assert.match(text, /^Uncaught \(in promise\)/);
});

testRuns("the runner fails on a cell that is no TypeScript", ({ runs }) => {
  const { cell, text } = runs["unreadable"]!.failure!;
  assert.equal(cell, 1);
  assert.match(text, /^the kernel cannot read this cell/);
});

testRuns("the runner tells of a kernel that died", ({ runs }) => {
  const { cell, text } = runs["dead"]!.failure!;
  assert.equal(cell, 2);
  assert.equal(text, "the kernel died (exit code 7)");
});

testRuns("the runner cuts a cell that does not end, and its kernel", ({
  runs,
  isLeft,
}) => {
  const { failure, seconds } = runs["endless"]!;
  assert.equal(failure!.cell, 2);
  assert.match(failure!.text, /^the cell did not end: 5 s are over/);
  assert.ok(seconds >= LIMIT_SECONDS);
  assert.equal(isLeft, false);
});

testRuns("deno task notebooks prints a line for each, and fails", ({
  code,
  err,
}) => {
  assert.equal(code, 1);
  assert.match(err, /^ok {5}\S*right.ipynb: 3 cells, \d+\.\d s$/m);
  assert.match(err, /^FAILED \S*thrown.ipynb: 3 cells, \d+\.\d s$/m);
  assert.match(err, /^ {4}\| throw new TypeError\('bad thing'\);$/m);
  assert.match(err, /^FAILED \S*unreadable.ipynb: 1 cell, \d+\.\d s$/m);
  assert.match(err, /^3 of 9 notebooks ran$/m);
});

Deno.test("deno task notebooks says how to get Jupyter", async () => {
  const { code, out } = await runCommand(
    "notebooks",
    "--python=/no/python3",
    "--json",
  );
  assert.equal(code, 1);
  const { error } = JSON.parse(out);
  assert.equal(error.where, "/no/python3: there is no such program");
  for (const way of ["apt install", "pip install", "conda", "VS Code"]) {
    assert.ok(error.fix.includes(way), way);
  }
});

Deno.test("deno task notebooks names the notebooks that there are", async () => {
  const { code, out } = await runCommand("notebooks", "06_nothing", "--json");
  assert.equal(code, 1);
  const { error } = JSON.parse(out);
  assert.equal(error.what, "Cannot find the notebook 06_nothing");
  assert.match(error.fix, /01_dataset, 02_clusters, 03_training/);
});
