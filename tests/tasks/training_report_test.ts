import assert from "node:assert/strict";
import { join } from "node:path";
import { readReportData } from "../../lib/report/read_report_data.ts";
import type { ReportData } from "../../lib/report/report_data.ts";
import { createTrainState } from "../../lib/train/checkpoint.ts";
import type { TrainEvent, TrainSettings } from "../../lib/train/train.ts";
import { reportEpochs } from "../../tasks/_training_report.ts";
import { inFolder } from "../in_folder.ts";
import { makeEvaluation } from "../report/make_evaluation.ts";
import { EPOCH, makeStep } from "../train/log_plainly.ts";

/** An epoch with its Recall@5; null if it was not evaluated. */
function makeEpoch(epoch: number, recall5: number | null): TrainEvent {
  const evaluation = recall5 === null ? null : makeEvaluation({
    queries: [["q.jpg", epoch]],
    database: [["d.jpg", 0]],
    predictions: [[0]],
  });
  const recall = recall5 === null ? null : { "5": recall5 };
  return { ...EPOCH, epoch, recall, evaluation };
}

/** Runs a stage of events, and reads the report after each of its epochs, if there is one. */
async function reportEach(
  events: readonly TrainEvent[],
  settings: TrainSettings = {},
): Promise<(ReportData | undefined)[]> {
  const reports: (ReportData | undefined)[] = [];
  await inFolder(async (folder) => {
    async function* stage(): AsyncGenerator<TrainEvent, string> {
      for (const event of events) {
        yield await Promise.resolve(event);
        const html = await Deno.readTextFile(join(folder, "report.html"))
          .catch(() => undefined);
        reports.push(html === undefined ? undefined : readReportData(html));
      }
      return "result";
    }
    const reported = reportEpochs(stage(), {
      folder,
      model: { name: "model", descriptorLength: 8 },
      settings,
      flags: { train: { epochs: 9 }, engine: { name: "wasm", device: "cpu" } },
      measure: () => ({ seconds: { total: 1 }, peakMemoryBytes: 1 }),
    });
    const seen: TrainEvent[] = [];
    while (true) {
      const { value, done } = await reported.next();
      if (done) {
        assert.equal(value, "result");
        break;
      }
      seen.push(value);
    }
    const own = seen.filter((event) => events.includes(event));
    assert.deepEqual(own, events);
  });
  return reports;
}

Deno.test("reportEpochs() writes a report after each evaluation: before training, the best epoch, the last one", async () => {
  const reports = await reportEach([
    makeEpoch(0, 0.25),
    makeStep(1, 1),
    makeEpoch(1, 0.75),
    makeEpoch(2, null),
    makeEpoch(3, 0.75),
    makeEpoch(4, 1),
  ], { epochs: 9 });
  const titles = reports.map((report) =>
    report!.results.map(({ title }) => title).join(", ")
  );
  const first = "before training, epoch 1 (best and last)";
  assert.deepEqual(titles, [
    "before training (best and last)",
    "before training (best and last)",
    first,
    first, // not evaluated
    "before training, epoch 1 (best), epoch 3 (last)",
    "before training, epoch 4 (best and last)",
  ]);
  const last = reports.at(-1)!;
  assert.deepEqual(last.facts, [
    "After epoch 4 of 9",
    "Best by Recall@5: epoch 4",
    "Descriptors of 8 values",
  ]);
  assert.deepEqual(
    last.training.map(({ epoch, recall }) => [epoch, recall?.["5"]]),
    [[0, 0.25], [1, 0.75], [2, undefined], [3, 0.75], [4, 1]],
  );
  assert.deepEqual(last.options, { train: { epochs: 9 } });
  assert.deepEqual(last.engine, { name: "wasm", device: "cpu" });
});

Deno.test("reportEpochs() goes on from the epochs of a run, of which epoch 0 may not count", async () => {
  const state = createTrainState();
  for (const [epoch, recall5] of [[0, 0.9], [1, 0.5]] as const) {
    const { kind: _kind, isBest: _isBest, evaluation: _, ...result } = EPOCH;
    state.history.push({
      ...result,
      epoch,
      recall: { "5": recall5 },
    });
  }
  const resume = { parameters: new Map(), optimizer: new Map(), state };
  const cases = [
    ["counts", "before training (best), epoch 2 (last)"],
    ["reported", "before training, epoch 1 (best), epoch 2 (last)"],
  ] as const;
  for (const [epochZero, titles] of cases) {
    const [report] = await reportEach([makeEpoch(2, 0.4)], {
      resume,
      epochZero,
    });
    assert.equal(report!.results.map(({ title }) => title).join(", "), titles);
    assert.equal(report!.training.length, 3);
  }
  assert.equal(state.history.length, 2);
});

Deno.test("reportEpochs() closes the stage if it is ended early", async () => {
  let isOpen = true;
  async function* stage(): AsyncGenerator<TrainEvent, string> {
    try {
      yield await Promise.resolve(makeStep(1, 1));
      return "result";
    } finally {
      isOpen = false;
    }
  }
  const reported = reportEpochs(stage(), {
    folder: "nowhere",
    model: { name: "model", descriptorLength: 8 },
    ...{ settings: {}, flags: {} },
    measure: () => ({ seconds: {}, peakMemoryBytes: 1 }),
  });
  await reported.next();
  await reported.return("stopped");
  assert.equal(isOpen, false);
});
