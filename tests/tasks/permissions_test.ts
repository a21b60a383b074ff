import assert from "node:assert/strict";
import { join } from "node:path";
import { CLUSTER_DEFAULTS, RUN_DEFAULTS } from "../../mod.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const { permissions, tasks } = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
);

const MODEL =
  "--arch alexnet --width-divisor 8 --resize 96x72 --num-clusters 4 --engine wasm";

/** Runs a task with a set of permissions; files may be written in a folder only. */
async function runWith(
  set: string,
  folder: string,
  line: string,
): Promise<void> {
  const [task, ...args] = line.split(" ");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      `-P=${set}`,
      `--allow-write=${folder}`,
      join(ROOT, `tasks/${task}.ts`),
      ...args,
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

Deno.test("permission sets are enough for what they are called after", async () => {
  const city = await tinyCity();
  const data = `--dataset demo --data-path ${city}`;
  await inFolder(async (folder) => {
    const places =
      `--runs-path ${folder}/runs --centroids-path ${folder}/centroids`;
    await Promise.all([
      runWith(
        "evaluate",
        folder,
        `test ${data} ${MODEL} --split test ${places}`,
      )
        .then(() =>
          runWith(
            "train",
            folder,
            `train ${data} ${MODEL} --epochs 1 ${places}`,
          )
        ),
      runWith(
        "extract",
        folder,
        `extract --images ${city}/test --output ${folder}/test.h5 ${
          MODEL.replace("--num-clusters 4", "--pooling max")
        }`,
      ),
    ]);
  });
});

Deno.test("permission sets give nothing but files, and write only where the tasks do", () => {
  const { runsPath } = RUN_DEFAULTS;
  const { centroidsPath } = CLUSTER_DEFAULTS;
  const files = (write: string[]): object => ({
    read: true,
    write,
    env: { deny: true }, // else ONNX Runtime's threads would ask for it on a terminal
  });
  assert.deepEqual(permissions, {
    evaluate: files([runsPath, centroidsPath]),
    train: files([runsPath, centroidsPath]),
    extract: files(["descriptors"]),
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
