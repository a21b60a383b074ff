/** Runs of pytorch-NetVlad, gone on with and evaluated by the tasks. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { runForJson } from "./run_command.ts";

/** Made by make_runs.py there. */
const RUNS = fileURLToPath(
  new URL("../fixtures/pytorch_netvlad/", import.meta.url),
);
const NARROW = ["--width-divisor", "32", "--engine", "wasm"];

function listFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    const { mtime, size } = Deno.statSync(path);
    return isDirectory ? listFiles(path) : [`${path} ${mtime} ${size}`];
  }).sort();
}

for (const name of ["sgd", "adam"]) {
  Deno.test(`train goes on with a run of pytorch-NetVlad in a folder of its own, by ${name}`, () =>
    inFolder(async (folder) => {
      const theirs = join(RUNS, name);
      const before = listFiles(theirs);
      const runs = ["--runs-path", join(folder, "runs")];
      const data = ["--data-path", await tinyCity()];
      const { json, err } = await runForJson(
        "train",
        ...["--resume", theirs, ...data, ...NARROW, ...runs],
        ...["--epochs", "3"],
      );
      assert.match(err, /sgd|adam is a run of pytorch-NetVlad: it is only/);
      assert.match(basename(json.run), /_alexnet_netvlad$/);
      assert.equal(json.epochs, 3);
      assert.deepEqual(
        json.history.map(({ epoch }: { epoch: number }) => epoch),
        [2, 3],
      );
      assert.equal(json.history[0].recall[5], 0.375);
      assert.ok(json.bestRecall >= 0.5);
      assert.ok(json.history[1].tuples > 0);
      const learningRate = name === "sgd" ? 0.005 : 0.01;
      assert.equal(json.history[1].learningRate, learningRate);

      const { model, train } = await readRunFlags(json.run) as Record<
        string,
        Record<string, unknown>
      >;
      assert.equal(
        model!.weights,
        join(theirs, "checkpoints/checkpoint.pth.tar"),
      );
      assert.equal(train!.seed, 7);

      const again = await runForJson(
        "train",
        ...["--resume", json.run, "--epochs", "4"],
      );
      assert.equal(again.json.run, json.run);
      assert.deepEqual(again.json.history.slice(0, 2), json.history);
      const { state } = readCheckpoint(
        join(json.run, "checkpoints/checkpoint.safetensors"),
      );
      assert.equal(state.epoch, 4);
      assert.deepEqual(listFiles(theirs), before);
    }));
}

Deno.test("test evaluates a run of pytorch-NetVlad, and its copy alike", () =>
  inFolder(async (folder) => {
    const theirs = join(RUNS, "sgd");
    const before = listFiles(theirs);
    const data = ["--data-path", await tinyCity()];
    const runs = ["--runs-path", join(folder, "runs")];
    const ours = await runForJson(
      "train",
      ...["--resume", theirs, ...data, ...NARROW, ...runs],
      ...["--epochs", "2"], // it has them already
    );
    for (const checkpoint of ["latest", "best"]) {
      const args = [...data, "--engine", "wasm", "--checkpoint", checkpoint];
      const { json } = await runForJson(
        "test",
        ...["--resume", theirs, ...args, "--width-divisor", "32", ...runs],
      );
      assert.match(basename(json.output), /_alexnet_netvlad_test_pittsburgh/);
      const copy = await runForJson(
        "test",
        ...["--resume", ours.json.run, ...args],
      );
      assert.deepEqual(json.recall, copy.json.recall);
      assert.equal(
        await Deno.readTextFile(join(json.output, "predictions.csv")),
        await Deno.readTextFile(join(copy.json.output, "predictions.csv")),
      );
    }
    assert.deepEqual(listFiles(theirs), before);
  }));
