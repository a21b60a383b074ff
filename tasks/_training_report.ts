/**
 * The report of a training: after each epoch that was evaluated, so that a killed run has one.
 *
 * @module
 */
import { join } from "node:path";
import {
  decisiveN,
  type EpochEvent,
  type Evaluation,
  type Model,
  type NamedRecall,
  type ReportContent,
  type ReportEpoch,
  type RunFlags,
  TRAIN_DEFAULTS,
  type TrainEvent,
  type TrainSettings,
  writeReport,
} from "../mod.ts";
import {
  describeLength,
  describeMaking,
  REPORT_FILE,
  titleOf,
} from "./_evaluation_report.ts";
import type { Measures } from "./_phase_times.ts";

/** What the reports of a training say besides its epochs. */
export interface TrainingReportSettings {
  /** Run folder. */
  folder: string;
  model: Pick<Model, "name" | "descriptorLength">;
  settings: Pick<TrainSettings, "epochs" | "epochZero" | "resume">;
  flags: RunFlags;
  /** What the run took so far. */
  measure(): Measures;
}

/**
 * Passes the events of a training on, and writes `report.html` into the run folder after each
 * epoch that was evaluated. Thumbnails that the next report needs too are drawn once.
 *
 * @param stage Events of `trainModel`; closed with this one.
 * @returns What the stage returns.
 */
export async function* reportEpochs<Result>(
  stage: AsyncGenerator<TrainEvent, Result>,
  report: TrainingReportSettings,
): AsyncGenerator<TrainEvent, Result> {
  const { folder, settings: { resume } } = report;
  const thumbnails = new Map<string, string | null>();
  const history: ReportEpoch[] = [...resume?.state.history ?? []];
  try {
    while (true) {
      const { value, done } = await stage.next();
      if (done) return value;
      yield value;
      if (value.kind !== "epoch") continue;
      history.push(withoutEvaluation(value));
      if (value.evaluation === null) continue;
      const content = await describeTraining(report, history, value.evaluation);
      const path = join(folder, REPORT_FILE);
      yield* writeReport(path, content, { thumbnails });
    }
  } finally {
    await stage.return(undefined as Result);
  }
}

/** An epoch without its predictions, of which only the last are kept. */
function withoutEvaluation(
  { epoch, loss, learningRate, recall }: EpochEvent,
): ReportEpoch {
  return { epoch, loss, learningRate, recall };
}

async function describeTraining(
  { model, settings, flags, measure }: TrainingReportSettings,
  history: readonly ReportEpoch[],
  evaluation: Evaluation,
): Promise<ReportContent> {
  const n = decisiveN(evaluation.dataset);
  const best = findBest(history, n, settings);
  const of = settings.epochs === undefined ? "" : ` of ${settings.epochs}`;
  return {
    title: `Training of ${titleOf(model.name, evaluation)}`,
    facts: [
      `After epoch ${history.at(-1)!.epoch}${of}`,
      ...(best ? [`Best by Recall@${n}: ${nameEpoch(best)}`] : []),
      describeLength(model),
    ],
    evaluation,
    results: listResults(history, best),
    training: history,
    ...await describeMaking(flags),
    seconds: measure().seconds,
  };
}

/** The first of the epochs with the largest Recall@n; none before one counts. */
function findBest(
  history: readonly ReportEpoch[],
  n: number,
  { epochZero = TRAIN_DEFAULTS.epochZero }: TrainingReportSettings["settings"],
): ReportEpoch | undefined {
  const counted = history.filter(({ epoch, recall }) =>
    recall !== null && (epoch > 0 || epochZero === "counts")
  );
  const recallOf = ({ recall }: ReportEpoch): number => recall![n]!;
  const most = Math.max(...counted.map(recallOf));
  return counted.find((each) => recallOf(each) === most);
}

/** Before training, the best epoch, and the last one, as far as they are different. */
function listResults(
  history: readonly ReportEpoch[],
  best: ReportEpoch | undefined,
): NamedRecall[] {
  const evaluated = history.filter(({ recall }) => recall !== null);
  const last = evaluated.at(-1)!;
  const first = evaluated.find(({ epoch }) => epoch === 0);
  return evaluated.filter((each) => [first, best, last].includes(each))
    .map((each) => {
      const roles = [
        ...(each === best ? ["best"] : []),
        ...(each === last ? ["last"] : []),
      ];
      const role = roles.length > 0 ? ` (${roles.join(" and ")})` : "";
      return { title: nameEpoch(each) + role, recall: each.recall! };
    });
}

function nameEpoch({ epoch }: ReportEpoch): string {
  return epoch === 0 ? "before training" : `epoch ${epoch}`;
}
