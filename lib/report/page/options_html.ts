/**
 * The end of the report: with what the numbers were made.
 *
 * @module
 */
import type { ReportData } from "../report_data.ts";
import { html, type Markup } from "./html.ts";
import { isRecord } from "../../record.ts";

/** A name and what stands beside it. */
type Row = readonly [name: string, text: string];

/** Engine, versions, times, and the resolved options group by group. */
export function optionsHtml(
  { engine, versions, seconds, options }: ReportData,
): Markup {
  const machine: Row[] = [
    ["engine", engine.name],
    ["device", engine.device],
    ...Object.entries(versions),
  ];
  const times = Object.entries(seconds).map(([phase, value]): Row => [
    phase,
    `${value.toFixed(value < 10 ? 1 : 0)} s`,
  ]);
  return html`
    <section id="options" aria-labelledby="options-title">
      <h2 id="options-title">How it was made</h2>
      <div class="made">
        <div><h3>Engine and versions</h3>${rowsHtml(machine)}</div>
        <div><h3>Time</h3>${rowsHtml(times)}</div>
      </div>
      <h3>Options</h3>
      ${Object.entries(options).map(([name, group]) => groupHtml(name, group))}
    </section>
  `;
}

function groupHtml(name: string, group: unknown): Markup {
  const rows = isRecord(group)
    ? Object.entries(group).map(([key, value]): Row => [key, textOf(value)])
    : [[name, textOf(group)] as const];
  return html`
    <details class="group">
      <summary>${name} <small>${rows.length}</small></summary>
      ${rowsHtml(rows)}
    </details>
  `;
}

function rowsHtml(rows: readonly Row[]): Markup {
  return html`<dl class="rows">${
    rows.map(([name, text]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div>
      `
    )
  }</dl>`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}
