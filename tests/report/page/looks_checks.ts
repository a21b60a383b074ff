/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { drawThumbnails, makeReport } from "./make_report.ts";
import { listFaint } from "./list_faint.ts";
import type { BrowserChecks } from "./open_report.ts";

const THUMBNAILS = await drawThumbnails(4);
const REPORT = makeReport({ thumbnails: THUMBNAILS });

/** Queries of the largest report, and of those that have thumbnails in it. */
const MANY_QUERIES = 10_000;
const MANY_THUMBNAILS = 2400;
const MOST_BYTES = 20e6;
/** Measured is 1 s on two CPU cores that do nothing else. */
const MOST_MS = 15_000;

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? "");

export const LOOKS_CHECKS: BrowserChecks = {
  "text can be read, light and dark, and a button changes that": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT, { colorScheme: "light" });
    const { page } = opened;
    const background = (): Promise<string> =>
      page.evaluate(() =>
        getComputedStyle(document.documentElement).backgroundColor
      );
    await page.locator("#query-3").scrollIntoViewIfNeeded();
    const light = await background();
    assert.deepEqual(await page.evaluate(listFaint), []);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await background();
    assert.notEqual(dark, light);
    assert.deepEqual(await page.evaluate(listFaint), []);
    await page.click("#theme");
    assert.equal(await background(), light);
    await page.click("#theme");
    assert.equal(await background(), dark);
    await page.emulateMedia({ media: "print" });
    assert.equal(await background(), light);
  },

  "nothing is wider than the window, at two widths": async (reader) => {
    const long = makeReport({ thumbnails: THUMBNAILS, numQueries: 60 });
    const name = `city/${"a_long_name_without_an_end".repeat(8)}.jpg`;
    const queries = { ...long.gallery.queries, paths: [name] };
    queries.paths = long.gallery.queries.paths.map((path, i) =>
      i ? path : name
    );
    const data = {
      ...long,
      facts: [name],
      results: long.results.map((result) => ({ ...result, title: name })),
      gallery: { ...long.gallery, queries },
      options: { paths: { list: name } },
    };
    for (const width of [360, 1280]) {
      await using opened = await reader.open(data, { width });
      const { page } = opened;
      const sizes = (): Promise<number[]> =>
        page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      await page.click("#options summary");
      assert.deepEqual(await sizes(), [width, width]);
      await page.click("#query-1 [data-shot='1']");
      assert.deepEqual(await sizes(), [width, width]);
    }
  },

  "without JavaScript all but the gallery is there": async (reader) => {
    await using opened = await reader.open(REPORT, {
      javaScriptEnabled: false,
    });
    const { page } = opened;
    assert.ok(await page.isVisible("noscript"));
    assert.ok(await page.isHidden("#tools"));
    assert.ok(await page.isVisible(".figures"));
    assert.equal((await page.$$("#map [data-query]")).length, 120);
    await page.click("#options summary");
    assert.ok(await page.isVisible("text=numClusters"));
  },

  "10 000 queries open quickly, and few images are decoded": async (reader) => {
    const many = await drawThumbnails(8);
    const thumbnails = Array.from(
      { length: 2 * MANY_QUERIES },
      (_, row) => row < MANY_THUMBNAILS ? many[row % many.length]! : null,
    );
    const data = makeReport({ numQueries: MANY_QUERIES, thumbnails });
    const start = performance.now();
    await using opened = await reader.open(data, {
      edit: (html) => {
        assert.ok(html.length < MOST_BYTES, `${html.length} bytes`);
        return html;
      },
    });
    const { page } = opened;
    await page.check("[name=show][value=wrong]");
    assert.match(await textOf(page, "#count"), /^6000 of 10000/);
    const ms = performance.now() - start;
    assert.ok(ms < MOST_MS, `${ms} ms`);
    assert.ok(await page.evaluate(() => document.images.length) < 400);
    assert.ok(
      await page.evaluate(() => document.querySelectorAll("img[src]").length) <
        100,
    );
    await page.evaluate(() => location.hash = "#query=9876");
    await page.waitForSelector("#query-9876:focus");
    assert.deepEqual(opened.errors, []);
  },
};
