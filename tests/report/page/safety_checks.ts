/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { ReportData } from "../../../lib/report/report_data.ts";
import { makeReport } from "./make_report.ts";
import type { BrowserChecks } from "./open_report.ts";

/** What would run, or end what it stands in, if it became markup. */
const HOSTILE =
  `</script></style></title><!--<script><img src=x onerror="window.hurt=1">'"\u2028&amp;`;

/** A report in which every text is hostile. */
function makeHostile(): ReportData {
  const data = makeReport({ numQueries: 5 });
  const { gallery } = data;
  return {
    ...data,
    title: HOSTILE,
    facts: [HOSTILE],
    dataset: { ...data.dataset, name: HOSTILE, split: HOSTILE },
    results: data.results.map((result) => ({ ...result, title: HOSTILE })),
    gallery: {
      ...gallery,
      queries: {
        ...gallery.queries,
        paths: gallery.queries.paths.map((_, row) => `a/${row}${HOSTILE}`),
      },
      database: {
        ...gallery.database,
        paths: gallery.database.paths.map(() => `//somewhere/${HOSTILE}`),
      },
    },
    options: { [HOSTILE]: { [HOSTILE]: HOSTILE } },
    engine: { name: HOSTILE, device: HOSTILE },
    versions: { [HOSTILE]: HOSTILE },
    seconds: { [HOSTILE]: 1 },
  };
}

export const SAFETY_CHECKS: BrowserChecks = {
  "texts stay texts, whatever they say": async (reader) => {
    await using opened = await reader.open(makeHostile());
    const { page, requests } = opened;
    assert.equal(await page.title(), HOSTILE);
    assert.equal(await page.textContent("h1"), HOSTILE);
    await page.locator("#query-1").scrollIntoViewIfNeeded();
    // An image that fails while the mouse is down on it takes the click with it.
    await page.waitForFunction(() =>
      document.querySelector("#query-1 [data-shot='1'] .missing") &&
      !document.querySelector("img[src]:not(.missing)")
    );
    await page.click("#query-1 [data-shot='1']");
    await page.locator("#lightbox-missing").getByText("no image").first()
      .waitFor();
    assert.equal(await page.evaluate(() => Object(window).hurt), undefined);
    const strange = await page.evaluate(() =>
      document.querySelectorAll("[onerror], img[src=x], body style").length
    );
    assert.equal(strange, 0);
    assert.ok(requests.every((url) => url.startsWith("file:///")));
    assert.deepEqual(opened.errors, []);
  },

  "the page can neither connect, nor run another script": async (reader) => {
    await using opened = await reader.open(makeReport({ numQueries: 5 }));
    const { page } = opened;
    const outcome = await page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "window.hurt = 1";
      document.body.append(script);
      const address = new URL("other.json", location.href);
      const answer = await fetch(address).then(() => "there", () => "refused");
      return { answer, hurt: Object(window).hurt };
    });
    assert.deepEqual(outcome, { answer: "refused", hurt: undefined });
    assert.ok(opened.errors.every((text) => /Content Security/.test(text)));
    assert.ok(opened.errors.length >= 2);
  },
};
