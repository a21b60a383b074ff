/** How many threads there are decides how long a run takes, and nothing else. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { testEachEngine } from "../engine/test_each_engine.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { runForJson } from "./run_command.ts";

/** Trains and evaluates with so many threads, and reads everything that came of it. */
async function runWith(
  threads: number,
  engine: string,
  folder: string,
): Promise<unknown> {
  const data = ["--data-path", await tinyCity(), "--resize", "160x120"];
  const { json } = await runForJson(
    "train",
    ...[...data, "--arch", "alexnet", "--width-divisor", "8"],
    ...["--num-clusters", "4", "--epochs", "1", "--lr", "0.01"],
    ...["--engine", engine, "--engine-threads", String(threads)],
    ...["--threads", String(threads), "--cluster-images", "5"],
    ...["--runs-path", folder, "--centroids-path", folder],
  );
  const files = ["checkpoint", "model_best"].map((name) =>
    Deno.readFile(join(json.run, "checkpoints", `${name}.safetensors`))
  );
  const { history } = json;
  return { history, files: await Promise.all(files) };
}

testEachEngine(
  (engine) => `train gives the same run with 1 thread and with 3 on ${engine}`,
  (engine) =>
    inFolder(async (folder) => {
      const one = await runWith(1, engine, join(folder, "1"));
      const three = await runWith(3, engine, join(folder, "3"));
      assert.deepEqual(one, three);
    }),
  ["wasm", "native"], // the threads of an adapter are its own
);
