import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { readReportData } from "../../lib/report/read_report_data.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { TINY_CLASSES, tinyClasses } from "../tiny_classes.ts";
import { tinyCity } from "../tiny_city.ts";
import { refuse } from "./refuse.ts";
import { runForJson } from "./run_command.ts";

const CGD = ["--pooling", "cgd:SG", "--arch", "resnet18"];
const SMALL = ["--width-divisor", "16", "--cgd-length", "32"];
const WASM = ["--engine", "wasm"];

Deno.test("train learns classes with CGD, goes on from its run, is tested, and converted to ONNX", () =>
  inFolder(async (folder) => {
    const data = ["--dataset", "classes", "--data-path", await tinyClasses()];
    const first = await runForJson(
      "train",
      ...[...CGD, ...SMALL, ...data, ...WASM, "--resize", "32x32"],
      ...["--epochs", "1", "--batch-images", "12", "--lr", "0.002"],
      ...["--runs-path", join(folder, "runs")],
    );
    const { run, history } = first.json;
    assert.match(basename(run), /_resnet18_cgd-SG$/);
    assert.match(first.err, /validating on the split test: there is no split/);
    assert.match(first.err, /learning 6 classes from 36 images/);
    assert.match(first.err, /epoch 1: loss \d\.\d+ {2}36 images {2}Recall@1 /);
    assert.equal(first.json.decisiveN, 1);
    assert.deepEqual(Object.keys(history[1].recall), ["1", "2", "4", "8"]);

    const flags = await readRunFlags(run, ["train", "classes"]);
    const { model, train, classes, images } = flags as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(
      [model!.cgdClasses, train!.epochs, train!.batchTuples],
      [TINY_CLASSES, 1, undefined],
    );
    assert.deepEqual([classes!.batchImages, classes!.temperature], [12, 0.5]);
    assert.deepEqual(images!.resize, { width: 32, height: 32 });
    const page = await Deno.readTextFile(join(run, "report.html"));
    const report = readReportData(page);
    assert.equal(report.dataset.unit, "classes");
    assert.match(report.facts.join("\n"), /^Best by Recall@1: /m);
    assert.match(page, /Right is a database image of the class of the query/);
    assert.doesNotMatch(page, /id="map"/);

    const more = await runForJson("train", "--resume", run, "--epochs", "2");
    assert.deepEqual(more.json.history.slice(0, 2), history);
    assert.equal(more.json.epochs, 2);

    const recallAt = ["--recall-at", "1,2,4,8"];
    const { json } = await runForJson(
      "test",
      ...["--resume", run, ...data, ...recallAt],
    );
    assert.deepEqual(json.recall, more.json.history[2].recall);
    const csv = await Deno.readTextFile(join(json.output, "predictions.csv"));
    assert.match(csv, /^query,rank,database,distance,correct\r?\n/);

    const onnx = join(folder, "model.onnx");
    await runForJson("convert", run, onnx);
    const converted = await runForJson(
      "test",
      ...["--onnx", onnx, ...data, ...recallAt, "--resize", "32x32", ...WASM],
      ...["--runs-path", join(folder, "runs")],
    );
    assert.deepEqual(converted.json.recall, json.recall);
  }));

Deno.test("train refuses options of the other way to train, and data without classes", async () => {
  const classes = ["--dataset", "classes", "--data-path", await tinyClasses()];
  const city = ["--data-path", await tinyCity()];
  const cgd = ["train", ...CGD, ...SMALL, ...WASM];
  const fix = /^leave them out$/;
  await refuse(
    {
      args: [...cgd, ...classes, "--batch-size", "3", "--patience", "2"],
      what: /^OptionsError: Cannot train cgd:SG with these options$/,
      where: /^for other poolings only: --patience, --batch-size$/,
      fix,
    },
    {
      args: [...cgd, ...city, "--compat", "relja"],
      what: /^OptionsError: Cannot train cgd:SG with these options$/,
      where: /^for other poolings only: --compat$/,
      fix,
    },
    {
      args: ["train", "--pooling", "gem", ...city, "--batch-images", "8"],
      what: /^OptionsError: Cannot train gem with these options$/,
      where: /^for poolings cgd:… only: --batch-images$/,
      fix,
    },
    {
      args: [...cgd, ...classes, "--batch-images", "9", "--augment-scale", "0"],
      what: /^OptionsError: Cannot train with these flags$/,
      where: /--augment-scale is 0, must be a number >= 1; --batch-images is 9/,
      fix: /--help/,
    },
    {
      args: [...cgd, ...city, "--class-cell-meters", "0.001"],
      what: /^DatasetError: Cannot train on fewer than two classes$/,
      where: /split train: classes of two or more images: 0$/,
      fix: /^set --class-cell-meters to another length, or add images$/,
    },
  );
});
