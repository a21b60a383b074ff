import assert from "node:assert/strict";
import { join } from "node:path";
import type { Diagnosis, Finding } from "../../mod.ts";
import {
  createFindingLines,
  formatStages,
  formatVerdict,
} from "../../tasks/_doctor_view.ts";
import { suggestDoctor } from "../../tasks/_doctor_hint.ts";
import { inFolder } from "../in_folder.ts";
import { cut, withCity } from "./spoil.ts";
import { runCommand, runForJson } from "./run_command.ts";

const MODEL = [
  ...["--arch", "alexnet", "--width-divisor", "8", "--num-clusters", "4"],
  ...["--resize", "96x72", "--engine", "wasm", "--threads", "1"],
];

Deno.test("doctor finds a healthy city fine, in lines of 80 columns, and leaves nothing", () =>
  withCity(async (city, folder) => {
    const before = await Array.fromAsync(Deno.readDir(folder));
    const runs = join(folder, "runs");
    const args = ["--data-path", city, "--runs-path", runs, ...MODEL];
    const { code, out, err } = await runCommand("doctor", ...args);
    assert.equal(code, 0, err);
    const lines = out.trimEnd().split("\n");
    assert.equal(lines.at(-1), "All is well.");
    for (const title of ["Machine", "Dataset", "Engines"]) {
      assert.ok(lines.includes(title), title);
    }
    assert.match(out, /^Expected, with images of 96x72 \(estimates\)$/m);
    assert.match(out, /^ {2}train, later epoch +[\d.]+ s +\d+ MB +\d+ MB$/m);
    const long = lines.filter((line) =>
      line.length > 80 && !line.includes(folder)
    );
    assert.deepEqual(long, []);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), before);
  }));

Deno.test("doctor ends with what to fix, in flags, and fails, also with --json", () =>
  withCity(async (city, folder) => {
    await cut(join(city, "val/database_0_0.jpg"), 200);
    const args = [
      ...["--data-path", city, "--split", "val", "--all"],
      ...["--runs-path", join(folder, "runs"), ...MODEL, "--json"],
    ];
    const { code, out, err } = await runCommand("doctor", ...args);
    assert.equal(code, 1);
    const { isWell, findings, splits, engines, machine } = JSON.parse(out);
    assert.equal(isWell, false);
    const [failing] = findings.filter(({ grade }: Finding) =>
      grade === "fails"
    );
    assert.equal(failing.check, "image files");
    assert.match(failing.where, /database_0_0\.jpg/);
    assert.match(failing.fix, /set --skip-unreadable/);
    assert.equal(splits[0].images.unreadable, 1);
    assert.equal(engines[0].isRight, true);
    assert.ok(machine.memory.freeBytes > 0, "memory may be asked for");
    assert.ok(machine.diskFreeBytes > 0, "disk may be asked for");
    assert.match(
      err,
      /^What to fix: 1 would fail\n\n {2}1\. FAILS: val: 1 of 20/m,
    );
  }));

Deno.test("doctor checks the machine alone without a dataset, and refuses wrong flags", () =>
  inFolder(async (folder) => {
    const runs = ["--runs-path", join(folder, "runs")];
    const { json } = await runForJson("doctor", ...runs, ...MODEL);
    assert.deepEqual([json.isWell, json.splits, json.stages], [true, [], []]);
    const wrong = await runCommand("doctor", "--leave-one-out");
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /--data-path is missing, pittsburgh needs it/);
  }));

/** A finding, to be shown. */
function makeFinding(given: Partial<Finding>): Finding {
  return {
    grade: "fine",
    topic: "dataset",
    check: "counts",
    what: "what",
    where: "where",
    fix: "fix",
    ...given,
  };
}

Deno.test("createFindingLines() gives checks that are usually fine no line, unless something is wrong", () => {
  const linesOf = createFindingLines();
  const lines = [
    makeFinding({ topic: "machine", what: "Deno" }),
    makeFinding({ check: "positions" }),
    makeFinding({ check: "image sizes", grade: "fails", what: "sizes" }),
    makeFinding({ topic: "engines", what: "word ".repeat(30).trim() }),
  ].flatMap(linesOf);
  assert.deepEqual(lines, [
    "Machine",
    "  ok     Deno",
    "",
    "Dataset",
    "  FAILS  sizes",
    "",
    "Engines",
    `  ok     ${"word ".repeat(14).trim()}`,
    `         ${"word ".repeat(14).trim()}`,
    "         word word",
  ]);
});

Deno.test("formatVerdict() lists what fails first, and what had no line of its own", () => {
  const findings = [
    makeFinding({}),
    makeFinding({ check: "positions" }),
    makeFinding({ check: "image sizes" }),
    makeFinding({ check: "image sizes", grade: "warns", what: "late" }),
    makeFinding({ grade: "fails", what: "first" }),
  ];
  assert.deepEqual(formatVerdict(findings), [
    "",
    "Nothing wrong with positions.",
    "",
    "What to fix: 1 would fail, 1 to know of",
    "",
    "  1. FAILS: first",
    "     where: where",
    "     fix:   fix",
    "",
    "  2. warns: late",
    "     where: where",
    "     fix:   fix",
  ]);
  assert.deepEqual(formatVerdict([makeFinding({})]), ["", "All is well."]);
});

Deno.test("formatStages() has a column for each engine", () => {
  const stages = [
    {
      stage: "cluster",
      seconds: { wasm: 125, native: 31 },
      memoryBytes: 7.2e8,
      diskBytes: 1e4,
    },
    {
      stage: "test",
      seconds: { wasm: 4000, native: 0.5 },
      memoryBytes: 1.24e9,
      diskBytes: 2.3e9,
    },
  ];
  const imageSize = { width: 640, height: 480 };
  const diagnosis = { stages, imageSize } as unknown as Diagnosis;
  assert.deepEqual(formatStages(diagnosis), [
    "",
    "Expected, with images of 640x480 (estimates)",
    "                  wasm   native   memory     disk",
    "  cluster   2 min 05 s     31 s   720 MB     1 MB",
    "  test      1 h 06 min    0.5 s   1.2 GB   2.3 GB",
  ]);
  assert.deepEqual(formatStages({ ...diagnosis, stages: [] }), []);
});

Deno.test("suggestDoctor() gives the command for the same dataset where recall is chance", () => {
  const Q = 50;
  const images = {
    paths: Array(100).fill("a.jpg"),
    eastMeters: new Float64Array(100),
    northMeters: new Float64Array(100),
  };
  const evaluation = (recall: number) => ({
    dataset: { database: images },
    positives: {
      offsets: Int32Array.from({ length: Q + 1 }, (_, i) => 2 * i),
      indices: new Int32Array(2 * Q),
    },
    recall: new Map([[1, recall], [5, 0.9]]),
  } as unknown as Parameters<typeof suggestDoctor>[0]);
  const given = {
    dataset: { dataset: "csv", positions: "my place.csv", leaveOneOut: true },
    images: { resize: { width: 64, height: 48 }, skipUnreadable: false },
  } as const;
  assert.deepEqual(suggestDoctor(evaluation(0.5), given), []);
  assert.deepEqual(suggestDoctor(evaluation(0.02), given), [
    "Recall@1 is no more than chance (2.0 %): random weights, or something wrong with the dataset; see\n" +
    "  deno task doctor --dataset csv --positions 'my place.csv' --leave-one-out --resize 64x48 --no-skip-unreadable",
  ]);
});
