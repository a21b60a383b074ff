/**
 * Runs notebooks in the real Deno kernel, with Python's jupyter_client.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type ProgressEvent, VprError } from "../mod.ts";
import { NOTEBOOK_DEFAULTS, type NotebookOptions } from "./_flags_notebooks.ts";

/** What running a notebook came to: what `_run_notebooks.py` prints. */
export interface NotebookResult {
  /** Its path. */
  notebook: string;
  /** Code cells. */
  cells: number;
  seconds: number;
  /** The first cell that failed, from 1; null if none did. */
  failure: { cell: number; code: string; text: string } | null;
}

/** A notebook has been run. */
export interface NotebookEvent extends NotebookResult {
  kind: "notebook";
}

/** Where the notebooks of the project are. */
const FOLDER = "notebooks";

const RUNNER = fileURLToPath(new URL("_run_notebooks.py", import.meta.url));

/**
 * Finds notebooks by name or path.
 *
 * @param names Such as `03_training`; all of the project if there are none.
 * @throws {VprError} If one is not there.
 */
export function findNotebooks(names: readonly string[]): string[] {
  const own = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ipynb")).sort();
  if (names.length === 0) return own.map((name) => join(FOLDER, name));
  return names.map((name) => {
    if (own.includes(`${name}.ipynb`)) return join(FOLDER, `${name}.ipynb`);
    if (isFile(name)) return name;
    throw new VprError(`Cannot find the notebook ${name}`, {
      where: `${FOLDER}, and as a path`,
      fix: `give a path, or one of ${
        own.map((file) => file.replace(/\.ipynb$/, "")).join(", ")
      }`,
    });
  });
}

/**
 * Runs notebooks one after the other, each in a kernel of its own.
 *
 * @param paths Paths of the notebooks.
 * @throws {VprError} If there is no Python with jupyter_client.
 */
export async function* runNotebooks(
  paths: readonly string[],
  { output, timeLimit = NOTEBOOK_DEFAULTS.timeLimit, python }: Partial<
    NotebookOptions
  >,
): AsyncGenerator<ProgressEvent | NotebookEvent, NotebookResult[]> {
  const program = await findPython(python);
  const child = new Deno.Command(program, {
    args: [
      RUNNER,
      `--deno=${Deno.execPath()}`,
      `--time-limit=${timeLimit}`,
      ...(output === undefined ? [] : [`--output=${output}`]),
      "--",
      ...paths,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const results: NotebookResult[] = [];
  const atWork = (): ProgressEvent => ({
    kind: "progress",
    phase: "run notebooks",
    done: results.length,
    total: paths.length,
  });
  try {
    yield atWork();
    const text = child.stdout.pipeThrough(new TextDecoderStream());
    const lines = createInterface({ input: Readable.from(text) });
    for await (const line of lines) {
      const result: NotebookResult = JSON.parse(line);
      results.push(result);
      yield { kind: "notebook", ...result };
      yield atWork();
    }
    yield atWork();
  } finally {
    await end(child);
  }
  if (results.length < paths.length) {
    throw new Error(`${RUNNER} ended after ${results.length} notebooks`);
  }
  return results;
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill();
  } catch { /* it has ended */ }
  await child.status;
}

/** One line about a notebook; what went wrong below it. */
export function formatNotebook(
  { notebook, cells, seconds, failure }: NotebookResult,
): string {
  const line = `${failure ? "FAILED" : "ok    "} ${notebook}: ${cells} ${
    cells === 1 ? "cell" : "cells"
  }, ${seconds.toFixed(1)} s`;
  if (failure === null) return line;
  return `${line}\n  cell ${failure.cell}:\n${indent(failure.code)}\n  ${
    failure.text.trim().replaceAll("\n", "\n  ")
  }`;
}

function indent(code: string): string {
  return code.trimEnd().split("\n").map((line) => `    | ${line}`).join("\n");
}

/** A Python that has jupyter_client: the one that is given, or the first of the PATH. */
async function findPython(given: string | undefined): Promise<string> {
  const programs = given === undefined ? listPythons() : [given];
  const reasons: string[] = [];
  for (const program of programs) {
    const reason = await whyNot(program);
    if (reason === null) return program;
    reasons.push(`${program}: ${reason}`);
  }
  throw new VprError("Cannot run notebooks without Jupyter's client", {
    where: reasons.join("; ") || "no python3 in the PATH",
    fix: [
      "install it with `apt install python3-jupyter-client` (Debian, Ubuntu),",
      "`pip install jupyter-client` or `conda install jupyter_client`;",
      "or open notebooks/ in VS Code with its Jupyter extension, after `deno task kernel`",
    ].join(" "),
  });
}

function listPythons(): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  return folders.flatMap((folder) =>
    ["python3", "python3.exe", "python.exe"].map((name) => join(folder, name))
  ).filter(isFile);
}

/** Why a Python cannot run notebooks, null if it can. */
async function whyNot(program: string): Promise<string | null> {
  try {
    const { success, stderr } = await new Deno.Command(program, {
      args: ["-c", "import jupyter_client"],
      stdin: "null",
    }).output();
    const [last = ""] = new TextDecoder().decode(stderr).trim().split("\n")
      .slice(-1);
    return success ? null : last;
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "there is no such program"
      : String(error);
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
