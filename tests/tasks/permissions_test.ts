import assert from "node:assert/strict";
import { join } from "node:path";
import { CLUSTER_DEFAULTS, PUBLISHED_AT, RUN_DEFAULTS } from "../../mod.ts";
import { tinyCity } from "../tiny_city.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const { permissions, tasks } = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
);
const { runsPath } = RUN_DEFAULTS;
const { centroidsPath } = CLUSTER_DEFAULTS;

const MODEL = [
  ...["--arch", "alexnet", "--width-divisor", "8", "--resize", "96x72"],
  ...["--engine", "wasm", "--engine-threads", "1", "--threads", "1"],
];
/** A name of this test's own in the folders of the project. */
const NAME = `permissions-test-${Deno.pid}`;
const DATA = `data/${NAME}`;
const OUTPUTS = [
  `${runsPath}/${NAME}`,
  `${centroidsPath}/${NAME}`,
  `descriptors/${NAME}.h5`,
  `descriptors/${NAME}_images.txt`,
];

/** Lets the tiny city be in the project's folder `data`, by a link, and removes what came of it. */
async function withData(act: () => Promise<void>): Promise<void> {
  const city = await tinyCity();
  await Deno.mkdir(join(ROOT, "data"), { recursive: true });
  try {
    await Deno.symlink(city, join(ROOT, DATA));
    await act();
  } finally {
    for (const path of [DATA, ...OUTPUTS]) {
      await Deno.remove(join(ROOT, path), { recursive: true }).catch(() => {});
      await Deno.remove(join(ROOT, path, "..")).catch(() => {}); // if it is empty
    }
  }
}

/** With a permission set as the documentation uses one. */
const withSet = (set: string): string[] => [
  ...["--no-prompt", "--cached-only", "--frozen", `-P=${set}`],
];

/** Runs a script, and returns the last line of its output. */
async function run(allow: string[], ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...allow, ...args],
    cwd: ROOT,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!;
}

/** Evaluates with some permissions, and tries to do more in the same process. */
async function tryToEscape(allow: string[]): Promise<Record<string, string>> {
  const ends = await run(
    [...allow, "--unstable-worker-options"], // a worker may be given permissions
    "tests/tasks/escape_attempts.ts",
    ...["--data-path", DATA, "--split", "test", ...MODEL],
    ...["--pooling", "avg", "--output", `${runsPath}/${NAME}`],
  );
  return JSON.parse(ends);
}

Deno.test("permission sets are enough for what they are called after", () =>
  withData(async () => {
    const places = [
      ...["--runs-path", `${runsPath}/${NAME}`],
      ...["--centroids-path", `${centroidsPath}/${NAME}`],
    ];
    const netvlad = [...MODEL, "--num-clusters", "4", ...places];
    await Promise.all([
      run(
        withSet("train"),
        "tasks/train.ts",
        ...["--data-path", DATA, "--epochs", "1", ...netvlad],
      ).then(() =>
        run(
          withSet("evaluate"),
          "tasks/test.ts",
          ...["--data-path", DATA, "--split", "test", ...netvlad],
        )
      ),
      run(
        withSet("extract"),
        "tasks/extract.ts",
        ...["--images", `${DATA}/test`, "--output", OUTPUTS[2]!],
        ...[...MODEL, "--pooling", "max"],
      ),
    ]);
  }));

Deno.test("evaluate lets a process at nothing but what an evaluation needs", () =>
  withData(async () => {
    const ends = await tryToEscape(withSet("evaluate"));
    const names = Object.keys(ends);
    assert.ok(names.length > 50, String(names.length));
    const escaped = names.filter((name) => ends[name] !== "held");
    assert.deepEqual(escaped.map((name) => `${name}: ${ends[name]}`), []);
  }));

Deno.test("evaluate is what holds the process: with all permissions every attempt goes on", () =>
  withData(async () => {
    const ends = await tryToEscape(["-A"]);
    const names = Object.keys(ends);
    assert.ok(names.length > 50, String(names.length));
    assert.deepEqual(names.filter((name) => ends[name] === "held"), []);
  }));

Deno.test("permission sets give nothing but files of the project, and write only where the tasks do", () => {
  const program = ["deno.json", "lib", "node_modules"];
  const sources = [centroidsPath, "data", "demo"];
  const no = { deny: true }; // nothing is asked for on a terminal either
  const files = (read: string[], write: string[]): object => ({
    read: [...program, ...sources, ...read],
    write,
    ...{ net: no, run: no, ffi: no, env: no, sys: no, import: no },
  });
  const trained = files([runsPath, "weights"], [centroidsPath, runsPath]);
  assert.deepEqual(permissions, {
    evaluate: trained,
    train: trained,
    extract: files(["descriptors", runsPath, "weights"], ["descriptors"]),
  });
});

Deno.test("tasks that compute have no permissions but files and the engine native", () => {
  for (const name of ["demo", "cluster", "train", "test", "extract"]) {
    assert.equal(
      tasks[name].command,
      "deno run --no-prompt --allow-read --allow-write " +
        `--allow-ffi=lib/engine/native tasks/${name}.ts`,
    );
  }
});

Deno.test("convert has no permissions but files", () => {
  assert.equal(
    tasks["convert"].command,
    "deno run --no-prompt --allow-read --allow-write tasks/convert.ts",
  );
});

Deno.test("weights has no permissions but files and the host of torchvision's weights", () => {
  assert.equal(
    tasks["weights"].command,
    "deno run --no-prompt --allow-read --allow-write " +
      `--allow-net=${new URL(PUBLISHED_AT).host} tasks/weights.ts`,
  );
});

Deno.test("sandbox itself reads, starts Deno, and does nothing else", () => {
  assert.equal(
    tasks["sandbox"].command,
    "deno run --no-prompt --allow-read --allow-run=deno tasks/sandbox.ts",
  );
});

Deno.test("doctor has the permissions of tasks that compute, and asks for free memory and disk", () => {
  assert.equal(
    tasks["doctor"].command,
    "deno run --no-prompt --allow-read --allow-write " +
      "--allow-sys=systemMemoryInfo,statfs " +
      "--allow-ffi=lib/engine/native tasks/doctor.ts",
  );
});
