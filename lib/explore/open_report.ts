/**
 * The report of a folder.
 *
 * @module
 */
import { join } from "node:path";
import { CheckpointError, describeCause } from "../errors.ts";
import { readReportData } from "../report/read_report_data.ts";
import type { ReportData } from "../report/report_data.ts";

/** A report that was written by the stages *test*, *train* or *demo*. */
export interface OpenReport {
  /** Where it is; the paths of its images start from there. */
  folder: string;
  /** Its page. */
  html: string;
  /** What the page shows. */
  data: ReportData;
}

/**
 * Reads the `report.html` of a folder.
 *
 * @throws {CheckpointError} If there is none, or it is no report of ours.
 */
export async function openReport(folder: string): Promise<OpenReport> {
  const path = join(folder, "report.html");
  try {
    const html = await Deno.readTextFile(path);
    return { folder, html, data: readReportData(html) };
  } catch (cause) {
    const reason = cause instanceof CheckpointError
      ? "it is no report, or damaged"
      : describeCause(cause);
    throw new CheckpointError("Cannot open the report of a folder", {
      where: `${path} (${reason})`,
      fix: "give a folder that the stage test, train or demo wrote",
      cause,
    });
  }
}
