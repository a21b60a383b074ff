import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { openHdf5 } from "../../lib/hdf5.ts";
import { readNpy } from "../../lib/npy.ts";
import { writeCentroids } from "../../lib/train/centroid_file.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { openGoldenCase } from "../../lib/parity/golden_case.ts";
import { goldenPath } from "../data/image/images.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { runCommand, runForJson } from "./run_command.ts";

/** A narrow model, and where everything goes. */
async function listFlags(folder: string): Promise<{
  data: string[];
  model: string[];
  centroids: string[];
  runs: string[];
}> {
  return {
    data: ["--data-path", await tinyCity()],
    model: ["--arch", "alexnet", "--width-divisor", "8", "--num-clusters", "4"],
    centroids: ["--centroids-path", join(folder, "centroids")],
    runs: ["--runs-path", join(folder, "runs")],
  };
}

const WASM = ["--engine", "wasm"];
const MEASURES = ["peakMemoryBytes", "seconds"];
const EVALUATION = [
  "aucPr",
  "aucPrOfRight",
  "countedQueries",
  "database",
  "descriptor",
  "engine",
  "output",
  "protocol",
  "queries",
  "queriesWithoutPositives",
  "recall",
  "recallAtFullPrecision",
  "report",
  ...MEASURES,
].sort();

const EVALUATION_FILES = [
  "flags.json",
  "predictions.csv",
  "predictions.json",
  "recalls.json",
  "report.html",
];

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("train clusters by itself, goes on from a run, and is tested", () =>
  inFolder(async (folder) => {
    const { data, model, centroids, runs } = await listFlags(folder);
    const first = await runForJson(
      "train",
      ...[...data, ...model, ...centroids, ...runs, ...WASM],
      ...["--epochs", "1", "--lr", "0.01", "--seed", "5"],
    );
    assert.deepEqual(
      Object.keys(first.json).sort(),
      [
        "bestRecall",
        "decisiveN",
        "engine",
        "epochs",
        "history",
        "report",
        "run",
        "stoppedEarly",
        ...MEASURES,
      ].sort(),
    );
    const { run } = first.json;
    assert.match(basename(run), /^\w{3}\d\d_\d\d-\d\d-\d\d_alexnet_netvlad$/);
    assert.match(
      namesIn(run).join(" "),
      /^checkpoints events\.out\.tfevents\.\S+ flags\.json report\.html$/,
    );
    assert.deepEqual(namesIn(join(folder, "centroids")), [
      "alexnet_pittsburgh_4_desc_cen.hdf5",
    ]);
    assert.match(first.err, /^engine: wasm .*\n[^]*epoch 1: loss 0\.\d+/);
    assert.equal(first.json.history.length, 2);
    const flags = await readRunFlags(run) as Record<string, unknown>;

    const second = await runForJson("train", "--resume", run, "--epochs", "2");
    assert.equal(second.json.run, run);
    assert.equal(second.json.epochs, 2);
    assert.deepEqual(
      second.json.history.slice(0, 2),
      first.json.history,
    );
    assert.deepEqual(await readRunFlags(run), {
      ...flags,
      train: { ...flags.train as object, epochs: 2 },
    });

    for (const checkpoint of ["latest", "best"]) {
      const { json } = await runForJson(
        "test",
        ...[...data, "--resume", run, "--split", "val"],
        ...["--checkpoint", checkpoint],
      );
      assert.deepEqual(Object.keys(json).sort(), EVALUATION);
      assert.equal(json.output, join(run, "test_pittsburgh_val"));
      assert.deepEqual(namesIn(json.output), EVALUATION_FILES);
      const { history, bestRecall } = second.json;
      if (checkpoint === "best") assert.equal(json.recall[5], bestRecall);
      else assert.deepEqual(json.recall, history.at(-1).recall);
    }

    const output = join(folder, "rows.npy");
    const { json } = await runForJson(
      "extract",
      ...["--images", join(data[1]!, "test"), "--output", output],
      ...["--resume", run],
    );
    assert.deepEqual(readNpy(output).shape, [15, json.descriptorLength]);
    assert.deepEqual(namesIn(folder), [
      "centroids",
      "rows.npy",
      "rows_images.txt",
      "runs",
    ]);

    const wrong = await runCommand(
      "test",
      ...[...data, "--resume", run, "--num-clusters", "5"],
    );
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.err,
      /^OptionsError: Cannot change the model of a run\n.* is 5, the run has 4\n/,
    );
  }));

Deno.test("test clusters by itself without a run, once", () =>
  inFolder(async (folder) => {
    const { data, model, centroids, runs } = await listFlags(folder);
    const args = [...data, ...model, ...centroids, ...runs, ...WASM];
    const first = await runForJson("test", ...args, "--recall-at", "1,3");
    assert.deepEqual(Object.keys(first.json).sort(), EVALUATION);
    const { recall, queries, database, engine, seconds } = first.json;
    assert.deepEqual(Object.keys(recall), ["1", "3"]);
    assert.deepEqual(
      { queries, database, engine },
      { queries: 8, database: 12, engine: "wasm" },
    );
    assert.ok(seconds.total > 0 && seconds["describe database"] > 0);
    assert.ok(first.json.peakMemoryBytes > 1e7);
    assert.match(first.err, /centroids written to /);

    const again = await runForJson("test", ...args, "--recall-at", "1,3");
    assert.deepEqual(again.json.recall, recall);
    assert.match(again.err, /centroids: .*_4_desc_cen\.hdf5/);
    assert.notEqual(again.json.output, first.json.output);

    const cluster = await runForJson(
      "cluster",
      ...[...data, ...model, ...centroids, ...WASM],
    );
    assert.equal(cluster.json.numClusters, 4);
    assert.match(cluster.err, /centroids: /, "it is the same file");
    const output = join(folder, "rows.h5");
    const { json } = await runForJson(
      "extract",
      ...["--images", join(data[1]!, "test"), "--output", output],
      ...[...model, ...WASM, "--centroids", cluster.json.centroids],
    );
    using file = await openHdf5(output);
    assert.deepEqual(file.listDatasets(), [
      { name: "descriptors", shape: [json.numImages, json.descriptorLength] },
    ]);
  }));

Deno.test("train reads the flags of pytorch-NetVlad", () =>
  inFolder(async (folder) => {
    const { json } = await runForJson(
      "train",
      ...["--dataset", "pittsburgh", "--data-path", await tinyCity()],
      ...["--arch", "alexnet", "--widthDivisor=8", "--pooling=netvlad"],
      ...["--num_clusters=4", "--vladv2", "--fromscratch"],
      ...["--batchSize=2", "--cacheBatchSize=7", "--cacheRefreshRate=6"],
      ...["--nEpochs=1", "--optim=ADAM", "--lr=0.001", "--lrStep=5"],
      ...["--lrGamma=0.5", "--weightDecay=0.001", "--momentum=0.9"],
      ...["--threads=1", "--seed=123", "--margin=0.1", "--patience=10"],
      ...["--evalEvery=1", "--runsPath", join(folder, "runs")],
      ...["--cachePath", join(folder, "cache"), ...WASM],
      ...["--centroids-path", join(folder, "centroids")],
    );
    const { model, train, describe } = await readRunFlags(json.run) as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal(model!.vladV2, true);
    assert.equal(train!.batchTuples, 2);
    assert.equal(train!.optimizer, "adam");
    assert.equal(train!.cacheRefreshQueries, 6);
    assert.equal(train!.fromScratch, true);
    assert.equal(describe!.describeBatch, 7);
    assert.deepEqual(namesIn(folder), ["centroids", "runs"]);
  }));

Deno.test("test gives the recall of pytorch-NetVlad from the same files", () =>
  inFolder(async (folder) => {
    using golden = await openGoldenCase(goldenPath("k_dataset/eval_vgg16_d16"));
    const centroids = join(folder, "vgg16_pittsburgh_8_desc_cen.hdf5");
    await writeCentroids(centroids, {
      centroids: golden.float32("clusters"),
      descriptors: golden.float32("traindescs"),
      K: 8,
      D: 32,
      numDescriptors: 600,
    }, "pytorch-NetVlad");
    const { json } = await runForJson(
      "test",
      ...["--dataset", "pittsburgh", "--split", "test"],
      ...["--data-path", goldenPath("k_dataset/pittsburgh")],
      ...["--arch", "vgg16", "--width-divisor", "16", "--num-clusters", "8"],
      ...["--weights", goldenPath("k_dataset/eval_vgg16_d16.init.pth")],
      ...["--centroids", centroids, "--output", join(folder, "output")],
      ...WASM,
    );
    const expected = golden.numbers("test/recall");
    assert.deepEqual(json.recall, {
      1: expected[0],
      5: expected[1],
      10: expected[2],
      20: expected[3],
    });
    assert.equal(json.descriptor, 256);
    assert.deepEqual(namesIn(json.output), EVALUATION_FILES);
  }));

Deno.test("commands say in three lines what is wrong, and leave nothing", () =>
  inFolder(async (folder) => {
    const { data, model, runs } = await listFlags(folder);
    const nowhere = join(folder, "nowhere");
    const cases: [string, string[], RegExp][] = [
      [
        "test",
        ["--data-path", nowhere, ...model],
        /^DatasetError: Cannot find /,
      ],
      ["test", model, /^OptionsError: .*\n {2}where: --data-path is missing/],
      ["train", ["--resume", nowhere], /^CheckpointError: Cannot read the opt/],
      [
        "train",
        [...data, "--weights", join(folder, "none.pth")],
        /^CheckpointError: Cannot read encoder weights\n {2}where: .*none\.pth/,
      ],
      [
        "extract",
        ["--images", data[1]!, "--output", join(folder, "a.h5"), ...model],
        /OptionsError: Cannot extract with random centroids\n/,
      ],
    ];
    await Promise.all(cases.map(async ([task, args, expected]) => {
      const { code, out, err } = await runCommand(
        task,
        ...[...args, ...(task === "extract" ? [] : runs), ...WASM],
      );
      assert.equal(code, 1, task);
      assert.equal(out, "");
      assert.match(err.replace(/^engine: .*\n/, ""), expected);
      assert.match(err, /\n {2}fix: {3}.*\n$/);
    }));
    assert.deepEqual(namesIn(folder), []);
  }));
