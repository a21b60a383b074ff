import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { renderReport } from "../../../lib/report/page/render_report.ts";
import { readReportData } from "../../../lib/report/read_report_data.ts";
import type { ReportData } from "../../../lib/report/report_data.ts";
import { makeReport } from "./make_report.ts";

const REPORT = makeReport();

/** Text of a page without tags, on one line. */
function textOf(html: string): string {
  const body = html.slice(html.indexOf("<main>"), html.indexOf("</main>"));
  return body.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

Deno.test("renderReport() has its data in it, whatever it says", () => {
  const title = `</script><!-- <script> \u2028 & "'`;
  const data: ReportData = { ...REPORT, title, facts: [title] };
  assert.deepEqual(readReportData(renderReport(data)), data);
});

Deno.test("renderReport() gives the same data the same bytes", () => {
  assert.equal(renderReport(REPORT), renderReport(makeReport()));
});

Deno.test("renderReport() shows recall with its interval and the difference between results", () => {
  const recall = (value: number, low: number, high: number) => [
    { n: 1, value, low, high },
  ];
  const text = textOf(renderReport({
    ...REPORT,
    results: [
      { title: "before", recall: recall(0.5, 0.4, 0.6) },
      { title: "after", recall: recall(0.471, 0.375, 0.567) },
    ],
  }));
  assert.match(
    text,
    /Recall, after in percent.* Recall@1 47\.1 % 37\.5 – 56\.7 −2\.9 from 50\.0/,
  );
  assert.match(text, /Recall@1 50\.0 40\.0 – 60\.0 47\.1 37\.5 – 56\.7 −2\.9/);
});

Deno.test("renderReport() shows one result without differences, and no training where there was none", () => {
  const text = textOf(
    renderReport({ ...REPORT, results: REPORT.results.slice(1), training: [] }),
  );
  assert.doesNotMatch(text, /difference|from|Training/);
  assert.match(text, /Recall in percent.* Recall@1 /);
  assert.doesNotMatch(text, /Percent of queries/, "no table of the same");
});

Deno.test("renderReport() says what right is, in metres and in frames", () => {
  const frames = {
    ...REPORT.dataset,
    unit: "frames",
    positiveRadius: 2,
  } as const;
  assert.match(
    textOf(renderReport(REPORT)),
    /within 25 m of the query\. 24 queries have none/,
  );
  assert.match(
    textOf(renderReport({ ...REPORT, dataset: frames })),
    /within 2 frames of the query.* Frames Each query at its frame/,
  );
});

Deno.test("renderReport() says which queries count", () => {
  const { dataset } = REPORT;
  const all = textOf(renderReport(REPORT));
  assert.match(
    all,
    /24 queries have none and count as missed\. .*Recall@N of all queries, 25 m/,
  );
  assert.match(all, /in percent of all queries, with its 95 %/);
  const answerable = {
    ...dataset,
    countedQueries: dataset.numQueries - 24,
    protocol: "answerable queries, 25 m, protocol msls",
  };
  const some = textOf(renderReport({ ...REPORT, dataset: answerable }));
  assert.match(
    some,
    /24 queries have none and do not count\. .*Recall@N of answerable queries, 25 m, protocol msls/,
  );
  assert.match(
    some,
    new RegExp(
      `in percent of the ${
        dataset.numQueries - 24
      } queries that can be answered`,
    ),
  );
});

Deno.test("renderReport() shows lists of what is right without a map", () => {
  const dataset = { ...REPORT.dataset, unit: "lists" } as const;
  const html = renderReport({ ...REPORT, dataset });
  assert.match(
    textOf(html),
    /Right is a database image that the ground truth lists for the query\./,
  );
  assert.doesNotMatch(html, /id="map-view"|position error/);
});

Deno.test("renderReport() allows its own script and no other", () => {
  const html = renderReport(REPORT);
  const script = html.match(/<script type="module">([\s\S]*?)<\/script>/)![1]!;
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = html.match(/Content-Security-Policy" content="([^"]*)"/)![1]!;
  assert.match(
    policy,
    /^default-src &#39;none&#39;; img-src data: file: &#39;self&#39;;/,
  );
  assert.ok(policy.includes(`script-src &#39;sha256-${hash}&#39;`));
  assert.equal(html.split("<script").length, 3);
});

Deno.test("renderReport() lists options group by group, engine, versions and times", () => {
  const text = textOf(renderReport(REPORT));
  assert.match(text, /engine wasm device 2 threads Deno 2\.9\.6/);
  assert.match(text, /describe database 13 s search 0\.2 s/);
  assert.match(text, /model 2 arch alexnet numClusters 16 seed 1 seed 123/);
});
