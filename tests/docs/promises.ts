/**
 * What the pages promise of each task.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { CommandOutcome } from "./run_page_command.ts";
import type { Block } from "./pages.ts";

interface Promised {
  /** What its output says. */
  says: RegExp;
  /** Ends of the paths that it writes. */
  writes?: readonly string[];
  /** The argument that is a file which it writes. */
  writesTo?: RegExp;
}

const EVALUATION = [
  "/flags.json",
  "/predictions.csv",
  "/predictions.json",
  "/recalls.json",
  "/report.html",
];
const RECALL = /Recall@1 +\d+\.\d %|"recall": \{/;

const PROMISES: Readonly<Record<string, Promised>> = {
  demo: {
    says: /trained: Recall@1 [^]*report\.html/,
    writes: ["model_best.safetensors", "/report.html"],
  },
  cluster: { says: /centroids/, writes: ["_desc_cen.hdf5"] },
  train: {
    says: /epoch \d: loss .* Recall@1/,
    writes: [
      "/checkpoints/checkpoint.safetensors",
      "/flags.json",
      "/report.html",
    ],
  },
  test: { says: RECALL, writes: EVALUATION },
  sandbox: { says: RECALL, writes: EVALUATION },
  rank: {
    says: /^NetVLAD, \d+ clusters .* %$[^]*^colour histogram /m,
    writes: ["/ranking.json", "/ranking.csv", "/ranking.svg", "/flags.json"],
  },
  compare: { says: /^Recall@1 .* %.*\d\.\d{4}$/m },
  whiten: {
    says: /components of \d+ images: [^]*^use it: /m,
    writes: [".safetensors"],
  },
  extract: {
    says: /\d+ descriptors|descriptors? /,
    writesTo: /--output (\S+)/,
  },
  convert: { says: /tensors|written|→/, writesTo: /convert \S+ (\S+)/ },
  doctor: { says: /./ },
  kernel: { says: /kernel/, writes: ["kernels/deno/kernel.json"] },
};

/** Checks that a command did what the pages say of its task. */
export function checkPromises(
  task: string,
  command: string,
  { code, out, err, written }: CommandOutcome,
): void {
  assert.equal(code, 0, `${out}\n${err}`);
  const promised = PROMISES[task];
  assert.ok(promised, `nothing is known of what deno task ${task} does`);
  const { says, writes = [], writesTo } = promised;
  assert.match(`${err}\n${out}`, says);
  const target = writesTo && command.match(writesTo)?.[1];
  assert.ok(writesTo === undefined || target !== undefined, command);
  const missing = [...writes, ...(target ? [target] : [])]
    .filter((end) => !written.some((path) => path.endsWith(end)));
  assert.deepEqual(missing, [], `it wrote ${written.join(", ")}`);
}

/** Checks that a page shows an output as it is: the keys of an object, or the lines up to their first number. */
export function checkShown(
  { language, code }: Block,
  { out, err }: CommandOutcome,
): void {
  if (language === "json") {
    assert.deepEqual(listKeys(JSON.parse(out)), listKeys(JSON.parse(code)));
    return;
  }
  const real = beginnings(err + out);
  const invented = beginnings(code).filter((line) => !real.includes(line));
  assert.deepEqual(invented, []);
}

/** Paths of all members of an object, those of the first member for a list. */
function listKeys(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Array.isArray(value)
    ? value.slice(0, 1).map((item) => ["[]", item] as const)
    : Object.entries(value);
  return entries.flatMap(([key, item]) => listKeys(item, `${path}.${key}`))
    .sort();
}

function beginnings(text: string): string[] {
  return text.split("\n")
    .map((line) => line.replace(/\d.*/, ""))
    .filter((line) => line !== "" && line !== "…" && !isForTheCity(line));
}

/** The city is there already: see world.ts. */
function isForTheCity(line: string): boolean {
  return line.startsWith("photograph the demo city");
}
