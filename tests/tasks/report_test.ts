import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type DatasetOptions,
  readDataset,
} from "../../lib/data/read_dataset.ts";
import type { ImageOptions } from "../../lib/data/image/options.ts";
import { evaluateModel } from "../../lib/evaluate/evaluate.ts";
import { createModel } from "../../lib/model/create_model.ts";
import type { ModelOptions } from "../../lib/model/options.ts";
import { drain } from "../../lib/progress.ts";
import { readReportData } from "../../lib/report/read_report_data.ts";
import type { ReportData } from "../../lib/report/report_data.ts";
import type { EpochResult } from "../../lib/train/checkpoint.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { AVG, refuse, runTask } from "./refuse.ts";

/** Runs a task that must succeed with `--json`, and returns its object and its notes. */
async function run(
  cwd: string,
  ...args: string[]
  // deno-lint-ignore no-explicit-any
): Promise<{ json: any; err: string }> {
  const { code, out, err } = await runTask([...args, "--json"], { cwd });
  assert.equal(code, 0, err);
  return { json: JSON.parse(out), err };
}

async function readReport(path: string): Promise<ReportData> {
  return readReportData(await Deno.readTextFile(path));
}

/** The paths of a report that nothing is at. */
function listMissing({ gallery }: ReportData, folder: string): string[] {
  return [...gallery.queries.paths, ...gallery.database.paths]
    .filter((path) => !Deno.statSync(join(folder, path)).isFile);
}

Deno.test("train writes a report after each evaluated epoch, and goes on with it; test writes one, and how to repeat it", () =>
  inFolder(async (folder) => {
    const data = ["--data-path", await tinyCity()];
    const train = ["train", ...data, ...AVG, "--runs-path", "runs"];
    const { json: begun } = await run(folder, ...train, "--epochs", "1");
    const { run: name, report } = begun;
    assert.equal(report, join(name, "report.html"));
    const first = await readReport(join(folder, report));
    assert.equal(
      first.title,
      "Training of squeezenet1_1_avg on pittsburgh, split val",
    );
    checkTraining(first, begun.history);
    assert.deepEqual(listMissing(first, join(folder, name)), []);

    const more = ["--resume", name, "--epochs", "4", "--eval-every", "2"];
    const { json: ended, err } = await run(folder, "train", ...more);
    assert.match(err, new RegExp(`^report: ${report}$`, "m"));
    assert.equal(ended.history[3].recall, null);
    checkTraining(await readReport(join(folder, report)), ended.history);

    const test = ["test", ...data, "--resume", name, "--split", "test"];
    const { json: tested } = await run(folder, ...test);
    const { output, recall, queries } = tested;
    assert.equal(tested.report, join(output, "report.html"));
    const shown = await readReport(join(folder, tested.report));
    assert.equal(shown.title, "squeezenet1_1_avg on pittsburgh, split test");
    assert.match(
      shown.facts[0]!,
      /^Run runs\/.*, checkpoint latest of epoch 4$/,
    );
    assert.equal(shown.dataset.numQueries, queries);
    assert.deepEqual(
      shown.results.map(({ recall }) =>
        Object.fromEntries(recall.map(({ n, value }) => [n, value]))
      ),
      [recall],
    );
    assert.ok(shown.gallery.database.thumbnails.every((each) => each !== null));
    assert.deepEqual(listMissing(shown, join(folder, output)), []);
    const { engine, versions, ...options } = await readRunFlags(
      join(folder, output),
    );
    assert.deepEqual(shown.options, options);
    assert.deepEqual(shown.engine, engine);
    assert.deepEqual(shown.versions, versions);
    assert.deepEqual(await repeat(folder, options), recall);

    await refuse({
      args: ["train", ...data, "--resume", join(folder, output)],
      what: /^CheckpointError: Cannot read the options of a run$/,
      where: /flags\.json \(it lacks train\)$/,
      fix: /run folder that was written by the stage train$/,
    });
  }));

/** Checks that a report has the epochs, and the best and the last of them side by side. */
function checkTraining(
  { facts, training, results, dataset, gallery }: ReportData,
  history: readonly Pick<
    EpochResult,
    "epoch" | "loss" | "learningRate" | "recall"
  >[],
): void {
  assert.deepEqual(
    training,
    history.map(({ epoch, loss, learningRate, recall }) => ({
      ...{ epoch, loss, learningRate, recall },
    })),
  );
  assert.deepEqual([dataset.name, dataset.split], ["pittsburgh", "val"]);
  const evaluated = history.filter(({ recall }) => recall !== null);
  const value = ({ recall }: typeof history[number]): number => recall!["5"]!;
  const most = Math.max(...evaluated.map(value));
  const best = evaluated.find((each) => value(each) === most)!;
  const last = evaluated.at(-1)!;
  const titleOf = (epoch: number, role: string): string =>
    `${epoch === 0 ? "before training" : `epoch ${epoch}`}${role}`;
  assert.deepEqual(
    facts.slice(0, 2).map((fact) => fact.replace(/ of \d+$/, "")),
    [
      `After epoch ${last.epoch}`,
      `Best by Recall@5: ${titleOf(best.epoch, "")}`,
    ],
  );
  assert.deepEqual(
    results.map(({ title }) => title),
    best === last
      ? [titleOf(0, ""), titleOf(last.epoch, " (best and last)")]
      : best.epoch === 0
      ? [titleOf(0, " (best)"), titleOf(last.epoch, " (last)")]
      : [
        titleOf(0, ""),
        titleOf(best.epoch, " (best)"),
        titleOf(last.epoch, " (last)"),
      ],
  );
  // The gallery is that of the last evaluation.
  const right = gallery.firstCorrect.filter((rank) => rank === 1).length;
  assert.equal(right / dataset.numQueries, last.recall!["1"]);
}

/** Evaluates again what `flags.json` says. */
async function repeat(
  folder: string,
  flags: Record<string, unknown>,
): Promise<Record<string, number>> {
  const { weights, ...options } = flags.model as ModelOptions;
  const model = await createModel(
    { ...options, weights: join(folder, weights!) },
    { engine: "wasm" },
  );
  const dataset = await readDataset(flags.dataset as DatasetOptions);
  const { recall } = await drain(evaluateModel(model, dataset, {
    output: folder,
    images: flags.images as ImageOptions,
  }));
  await model.dispose();
  return Object.fromEntries(recall);
}

Deno.test("test writes its other files before a report that cannot be written", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "out", "report.html"), { recursive: true });
    const { code, err } = await runTask([
      ...["test", "--data-path", await tinyCity(), ...AVG],
      ...["--output", "out"],
    ], { cwd: folder });
    assert.equal(code, 1);
    assert.match(
      err,
      /^CheckpointError: Cannot write a file\n {2}where: out\/report\.html/m,
    );
    assert.deepEqual(
      [...Deno.readDirSync(join(folder, "out"))].map(({ name }) => name).sort(),
      [
        "flags.json",
        "predictions.csv",
        "predictions.json",
        "recalls.json",
        "report.html",
      ],
    );
  }));
