import assert from "node:assert/strict";
import { join } from "node:path";
import { createModel } from "../../lib/model/create_model.ts";
import { encodeOnnxModel } from "../../lib/model/onnx_model.ts";
import { prepareExplore } from "../../tasks/_prepare_explore.ts";
import { sendPhoto } from "../explore/explore_tiny_city.ts";
import { testInFolder } from "../in_folder.ts";
import { writeModel } from "../model/make_stranger.ts";
import { tinyCity } from "../tiny_city.ts";
import { refuse } from "./refuse.ts";
import { runForJson } from "./run_command.ts";
import { argsOfTask, ROOT } from "./task_args.ts";

const WASM = ["--engine", "wasm"];
const MODEL = ["--arch", "alexnet", "--width-divisor", "8"];

testInFolder(
  "explore locates a photo as test did, with the permissions that it has for everyone, and ends with Ctrl-C",
  async (folder) => {
    const { json } = await runForJson(
      "test",
      ...["--data-path", await tinyCity(), "--split", "test", ...MODEL],
      ...["--num-clusters", "4", "--centroids-path", join(folder, "centroids")],
      ...["--runs-path", join(folder, "runs"), ...WASM],
    );
    const { queries } = JSON.parse(
      await Deno.readTextFile(join(json.output, "predictions.json")),
    );
    const [{ query, predictions: [first] }] = queries;
    const explored = startExplore(json.output, "--port", "0", ...WASM);
    const url = await explored.find(/^report: (.*)$/m);
    assert.match(await (await fetch(url)).text(), /data-explore="\/locate"/);
    await explored.find(/^locate a photo: (.*)$/m);
    const { reply } = await sendPhoto(url, await Deno.readFile(query));
    const [match] = reply.matches;
    assert.ok(first.database.endsWith(match!.name), match!.name);
    assert.ok(Math.abs(match!.distance - first.distance) < 1e-5);
    assert.equal(await explored.interrupt(), 0);
  },
);

testInFolder(
  "prepareExplore() opens the ONNX file, or the run, and the split that a report is of",
  async (folder) => {
    const options = {
      arch: "alexnet",
      widthDivisor: 8,
      pooling: "gem",
    } as const;
    const model = await createModel(options, { engine: "wasm" });
    const onnx = await writeModel(
      folder,
      await encodeOnnxModel(model),
      "a.onnx",
    );
    await model.dispose();
    const { json } = await runForJson(
      "test",
      ...["--data-path", await tinyCity(), "--split", "test", ...WASM],
      ...["--onnx", onnx, "--output", join(folder, "onnx")],
    );
    await checkOpened(json.output, { name: "a", F: 32 });

    const training = await runForJson(
      "train",
      ...["--data-path", await tinyCity(), ...MODEL, "--pooling", "gem"],
      ...["--epochs", "1", "--runs-path", join(folder, "runs"), ...WASM],
    );
    const { run } = training.json;
    await checkOpened(run, { name: "alexnet_gem", F: 32, split: "val" });
    await assert.rejects(open(join(folder, "onnx"), "best"), {
      name: "OptionsError",
      where: "option checkpoint is best",
      fix: /^leave it out/,
    });
  },
);

testInFolder("explore says what is not a folder of ours", async (folder) => {
  await refuse({
    args: ["explore", folder, "--port", "0", ...WASM],
    what: /^CheckpointError: Cannot open the report of a folder$/,
    where: /report\.html \(No such file/,
    fix: /give a folder that the stage test, train or demo wrote/,
  });
});

function open(
  folder: string,
  checkpoint?: "best",
): ReturnType<typeof prepareExplore> {
  const options = {
    checkpoint: checkpoint ? { checkpoint } : {},
    dataset: {},
    engine: { engine: "wasm" as const },
  };
  return prepareExplore({ note: () => {}, options }, folder);
}

async function checkOpened(
  folder: string,
  { name, F, split = "test" }: { name: string; F: number; split?: string },
): Promise<void> {
  await using opened = await open(folder);
  const { model, dataset, report } = opened;
  assert.equal(model.name, name);
  assert.equal(model.descriptorLength, F);
  assert.equal(dataset.split, split);
  assert.equal(report.data.dataset.split, split);
  assert.equal(dataset.queries.paths.length, report.data.dataset.numQueries);
}

/** A command that runs until it is interrupted. */
function startExplore(...args: string[]): {
  /** Waits for a line on its standard output. */
  find(line: RegExp): Promise<string>;
  /** Presses Ctrl-C, and returns the exit code. */
  interrupt(): Promise<number>;
} {
  const child = new Deno.Command(Deno.execPath(), {
    args: argsOfTask("explore", args),
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    find: async (line) => {
      while (true) {
        const found = line.exec(text)?.[1];
        if (found !== undefined) return found;
        const { value, done } = await reader.read();
        if (done) throw new Error(`it ended without ${line}:\n${text}`);
        text += value;
      }
    },
    interrupt: async () => {
      child.kill("SIGINT");
      await reader.cancel();
      return (await child.status).code;
    },
  };
}
