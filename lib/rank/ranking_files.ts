/**
 * What the stage *rank* leaves on disk.
 *
 * @module
 */
import { join } from "node:path";
import { writeTextWhole } from "../files.ts";
import type { Ranking } from "./rank.ts";

/**
 * Writes `ranking.csv`, `ranking.json` and `ranking.svg` into a folder: a line, or a dot, for each
 * layer, length and storage.
 *
 * @param plot SVG, such as `plotRank` draws.
 * @param summary What else `ranking.json` says.
 * @throws {CheckpointError} If they cannot be written.
 */
export async function writeRanking(
  folder: string,
  ranking: Ranking,
  { plot, summary }: { plot: string; summary: Record<string, unknown> },
): Promise<void> {
  await writeTextWhole(join(folder, "ranking.svg"), plot);
  const records = listRanking(ranking);
  await writeTextWhole(
    join(folder, "ranking.json"),
    JSON.stringify({ ...summary, ranking: records }, null, 2) + "\n",
  );
  const head = ["aggregator", "length", "projected", "storage", "bytes"];
  const lines = records.map(({ recall, aggregator, length, ...row }) =>
    [aggregator, length, row.projected, row.storage, row.bytes]
      .concat(Object.values(recall)).join(",")
  );
  const names = ranking.recallAt.map((n) => `recall@${n}`);
  await writeTextWhole(
    join(folder, "ranking.csv"),
    [[...head, ...names].join(","), ...lines, ""].join("\n"),
  );
}

/** A row of a ranking as JSON has it. */
export interface RankingRecord {
  /** Short name of the layer. */
  aggregator: string;
  /** Its name for people. */
  title: string;
  /** Values of a descriptor. */
  length: number;
  /** Whether PCA has made them fewer. */
  projected: boolean;
  /** How they are stored. */
  storage: string;
  /** Bytes of a descriptor. */
  bytes: number;
  /** Recall@N by N, fractions of all queries. */
  recall: Record<string, number>;
}

/** The rows of a ranking as JSON has them. */
export function listRanking({ rows }: Ranking): RankingRecord[] {
  return rows.map(({ isProjected, recall, ...row }) => ({
    ...row,
    projected: isProjected,
    recall: Object.fromEntries(recall),
  }));
}
