/**
 * Two evaluations as one plot.
 *
 * @module
 */
import type { Comparison } from "../evaluate/compare.ts";
import { recallInterval } from "../evaluate/confidence.ts";
import { writeTextWhole } from "../files.ts";
import { plotRecall, type RecallCurve } from "../plot/plot_recall.ts";

/** What is drawn of a comparison. */
export type DrawnComparison = Pick<Comparison, "recall" | "countedQueries">;

/**
 * Makes both curves of Recall@N of a comparison, each with the 95 % confidence intervals of its own recalls.
 *
 * @param titles Of A and of B.
 */
export function makeComparedCurves(
  { recall, countedQueries }: DrawnComparison,
  titles: { a: string; b: string } = { a: "A", b: "B" },
): RecallCurve[] {
  return (["a", "b"] as const).map((side) => ({
    title: titles[side],
    points: recall.map(({ n, [side]: value }) => ({
      n,
      recall: value,
      ...recallInterval(value, countedQueries),
    })),
  }));
}

/**
 * Writes both curves of a comparison as an SVG file.
 *
 * @param titles Of A and of B.
 * @throws {CheckpointError} If it cannot be written; what was there stays.
 */
export async function writeComparisonPlot(
  path: string,
  comparison: DrawnComparison,
  titles?: { a: string; b: string },
): Promise<void> {
  const curves = makeComparedCurves(comparison, titles);
  await writeTextWhole(path, plotRecall(curves));
}
