import {
  exploreReport,
  type ExploreSettings,
} from "../../lib/explore/explore.ts";
import { openReport } from "../../lib/explore/open_report.ts";
import type { LocateReply } from "../../lib/explore/locating.ts";
import type { ErrorReply } from "../../lib/explore/refusal.ts";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { evaluateModel } from "../../lib/evaluate/evaluate.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import type { Model } from "../../lib/model/model.ts";
import { drain } from "../../lib/progress.ts";
import { writeReport } from "../../lib/report/write_report.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity } from "../tiny_city.ts";

/** Makes a folder with the report of a model on the test split of the tiny city. */
export async function withReport(
  model: Model,
  act: (folder: string, evaluation: Evaluation) => Promise<void>,
): Promise<void> {
  const dataset = await readTinyCity("test");
  const evaluation = await drain(
    evaluateModel(model, dataset, { recallAt: [1, 5, 10] }),
  );
  await inFolder(async (folder) => {
    await drain(writeReport(`${folder}/report.html`, {
      title: "tiny model on tiny city",
      evaluation,
      results: [{
        title: "tiny",
        recall: Object.fromEntries(evaluation.recall),
      }],
      options: {},
      engine: model.engine,
      versions: {},
      seconds: {},
    }));
    await act(folder, evaluation);
  });
}

/** Explores a report as long as `act` takes, which begins as soon as `from` happened. */
export async function explore(
  model: Model,
  folder: string,
  act: (url: string, notes: readonly string[]) => Promise<void>,
  { from = "ready", ...settings }:
    & Partial<Omit<ExploreSettings, "signal">>
    & { from?: "serving" | "ready"; dataset?: PlaceDataset } = {},
): Promise<void> {
  const { dataset = await readTinyCity("test"), ...rest } = settings;
  const end = new AbortController();
  const stage = exploreReport(model, dataset, {
    report: await openReport(folder),
    port: 0,
    signal: end.signal,
    ...rest,
  });
  let url = "";
  let acted: Promise<void> | undefined;
  const notes: string[] = [];
  await drain(stage, (event) => {
    if (event.kind === "note") notes.push(event.text);
    if (event.kind === "serving") url = event.url;
    if (event.kind !== from) return;
    acted = act(url, notes).finally(() => end.abort());
    acted.catch(() => {}); // told below
  });
  await acted;
}

/** Sends a photo. */
export async function sendPhoto(
  url: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<{ status: number; reply: LocateReply & { error?: ErrorReply } }> {
  const response = await fetch(`${url}locate`, { method: "POST", body });
  return { status: response.status, reply: await response.json() };
}
