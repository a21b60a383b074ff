/**
 * The top of the report: what was evaluated, and how well it went.
 *
 * @module
 */
import type {
  ReportData,
  ReportDataset,
  ReportRecall,
  ReportResult,
} from "../report_data.ts";
import { EMPTY, html, type Markup } from "./html.ts";

/** Values of N that are shown large, where there are two or more of them; else the first ones are. */
const LARGE_NS = [1, 5, 10, 20];

function chooseLarge(ns: readonly number[]): number[] {
  const usual = ns.filter((n) => LARGE_NS.includes(n));
  return usual.length > 1 ? usual : ns.slice(0, LARGE_NS.length);
}

/** Title, facts, Recall@N with its confidence interval, results side by side. */
export function summaryHtml(data: ReportData): Markup {
  const last = data.results.at(-1);
  const first = data.results.length > 1 ? data.results[0] : undefined;
  return html`
    <section id="summary" aria-labelledby="title">
      <h1 id="title">${data.title}</h1>
      <p class="lead">${describeDataset(data.dataset)}</p>
      <ul class="facts">${[
        `Recall@N of ${data.dataset.protocol}`,
        ...data.facts,
      ]
        .map((fact) => html`<li>${fact}</li>`)}</ul>
      ${last ? figuresHtml(last, first, data.dataset) : EMPTY} ${tableHtml(
        data.results,
      )}
    </section>
  `;
}

function describeDataset(dataset: ReportDataset): string {
  const { numQueries, numDatabase, queriesWithoutPositives } = dataset;
  const fate = isOfAll(dataset) ? "count as missed" : "do not count";
  const none = queriesWithoutPositives === 0
    ? "Every query has one."
    : `${count(queriesWithoutPositives)} queries have none and ${fate}.`;
  return `${count(numQueries)} queries searched in ${
    count(numDatabase)
  } database images. ` +
    `Right is a database image ${describeRight(dataset)}. ${none}`;
}

/** Whether recall is a fraction of all queries. */
function isOfAll({ numQueries, countedQueries }: ReportDataset): boolean {
  return numQueries === countedQueries;
}

function describeRight({ unit, positiveRadius }: ReportDataset): string {
  if (unit === "classes") return "of the class of the query";
  if (unit === "lists") return "that the ground truth lists for the query";
  return `within ${positiveRadius} ${
    unit === "meters" ? "m" : "frames"
  } of the query`;
}

/** Recall of the last result, large; beside it what came of the first. */
function figuresHtml(
  { title, recall }: ReportResult,
  first: ReportResult | undefined,
  dataset: ReportDataset,
): Markup {
  const counted = isOfAll(dataset)
    ? "all queries"
    : `the ${count(dataset.countedQueries)} queries that can be answered`;
  const large = chooseLarge(recall.map(({ n }) => n));
  const shown = recall.filter(({ n }) => large.includes(n));
  return html`
    <h2 class="quiet">
      ${first ? `Recall, ${title}` : "Recall"}
      <small>in percent of ${counted}, with its 95 % confidence interval</small>
    </h2>
    <dl class="figures">${shown.map((each) => figureHtml(each, first))}</dl>
  `;
}

function figureHtml(
  recall: ReportRecall,
  first: ReportResult | undefined,
): Markup {
  const { n, value, low, high } = recall;
  const before = first?.recall.find((each) => each.n === n);
  const places = `--low: ${100 * low}%; --high: ${100 * high}%; --value: ${
    100 * value
  }%`;
  return html`
    <div>
      <dt>Recall@${n}</dt>
      <dd>
        <span class="large">${percent(value)}<small>%</small></span>
        <span class="interval" style="${places}" aria-hidden="true"></span>
        <span class="range">${percent(low)} – ${percent(high)}</span>
        ${before ? changeHtml(recall, before) : EMPTY}
      </dd>
    </div>
  `;
}

function changeHtml(after: ReportRecall, before: ReportRecall): Markup {
  return html`
    <span class="change">${difference(before, after)} from ${percent(
      before.value,
    )}</span>
  `;
}

/** What is not shown large: every N of every result, and of two or more the difference of the last to the first. */
function tableHtml(results: readonly ReportResult[]): Markup {
  const ns = [
    ...new Set(results.flatMap(({ recall }) => recall.map(({ n }) => n))),
  ].sort((a, b) => a - b);
  const compared = results.length > 1;
  const isAllLarge = chooseLarge(ns).length === ns.length;
  if (!compared && isAllLarge) return EMPTY;
  const head = results.map(({ title }) => html`<th scope="col">${title}</th>`);
  if (compared) head.push(html`<th scope="col">difference</th>`);
  return html`
    <table class="recalls">
      <caption>
        Percent of queries with a right image among the first N. Small: 95 %
        confidence interval.
      </caption>
      <thead>
        <tr><td></td>${head}</tr>
      </thead>
      <tbody>${ns.map((n) => rowHtml(n, results))}</tbody>
    </table>
  `;
}

function rowHtml(n: number, results: readonly ReportResult[]): Markup {
  const recalls = results.map(({ recall }) =>
    recall.find((each) => each.n === n)
  );
  const cells = recalls.map(cellHtml);
  const [before, after] = [recalls[0], recalls.at(-1)];
  if (results.length > 1) {
    const change = before && after ? difference(before, after) : "";
    cells.push(html`<td>${change}</td>`);
  }
  return html`<tr><th scope="row">Recall@${n}</th>${cells}</tr>`;
}

function cellHtml(recall: ReportRecall | undefined): Markup {
  if (!recall) return html`<td></td>`;
  const { value, low, high } = recall;
  return html`
    <td>${percent(value)} <small>${percent(low)} – ${percent(high)}</small></td>
  `;
}

function difference(before: ReportRecall, after: ReportRecall): string {
  const points = 100 * (after.value - before.value);
  const sign = points < 0 ? "−" : "+";
  return `${sign}${Math.abs(points).toFixed(1)}`;
}

function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

/** A count with thin spaces between thousands. */
function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");
}
