/**
 * The data of a report, read back from its page.
 *
 * @module
 */
import { CheckpointError, describeCause } from "../errors.ts";
import type { ReportData } from "./report_data.ts";

/** Where a page has its data; nothing in it can look like an end tag. */
const DATA =
  /<script type="application\/json" id="report-data">([\s\S]*?)<\/script>/;

/**
 * Reads the data of a report.
 *
 * @param html Content of a `report.html`.
 * @throws {CheckpointError} If it is no report of ours, or damaged.
 */
export function readReportData(html: string): ReportData {
  try {
    const json = DATA.exec(html)?.[1];
    if (json === undefined) throw new Error("there is no data in it");
    return JSON.parse(json);
  } catch (cause) {
    throw new CheckpointError("Cannot read a report", {
      where: `argument html (${describeCause(cause)})`,
      fix: "give the content of a report.html, or write it anew",
      cause,
    });
  }
}
