/// <reference lib="dom" />
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import {
  selectQueries,
  WHOLE_VIEW,
} from "../../../lib/report/page/client/selection.js";
import { drawThumbnails, makeReport } from "./make_report.ts";
import type { BrowserChecks } from "./open_report.ts";

const THUMBNAILS = await drawThumbnails(4);
const REPORT = makeReport({ thumbnails: THUMBNAILS });
const { gallery } = REPORT;
const NUM_QUERIES = gallery.queries.paths.length;
const PAGE = 50;

const select = (view: Partial<typeof WHOLE_VIEW>): number[] =>
  selectQueries(gallery, { ...WHOLE_VIEW, ...view });

/** Rows of the queries that are seen. */
function listCards(page: Page): Promise<number[]> {
  return page.$$eval(
    ".card",
    (cards) => cards.map((card) => Number((card as HTMLElement).dataset.query)),
  );
}

const focusedCard = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.activeElement as HTMLElement).dataset.query);

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? "");

export const GALLERY_CHECKS: BrowserChecks = {
  "the report opens without an error, and asks for nothing but itself": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT);
    const { page, url } = opened;
    await page.locator("#query-1").scrollIntoViewIfNeeded();
    await page.waitForFunction(() =>
      document.querySelector<HTMLImageElement>("#query-1 img")!.naturalWidth > 0
    );
    assert.equal(await page.title(), REPORT.title);
    assert.deepEqual(opened.errors, []);
    assert.deepEqual(opened.requests, [url]);
  },

  "filters show what they say, and their counts are those of the data": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT);
    const { page } = opened;
    const shows = ["right", "wrong", "found", "later", "missed", "none", "all"];
    for (const show of shows) {
      await page.check(`[name=show][value=${show}]`);
      const rows = select({ show });
      assert.equal(
        await textOf(page, "#count"),
        `${rows.length} of ${NUM_QUERIES} queries`,
      );
      assert.deepEqual(await listCards(page), rows.slice(0, PAGE));
      const label = await textOf(page, `[value=${show}] + span`);
      assert.equal(Number(label.match(/(\d+)\s*$/)![1]), rows.length);
    }
    assert.equal(select({ show: "wrong" }).length, NUM_QUERIES * 3 / 5);
    assert.deepEqual(opened.errors, []);
  },

  "text and order choose among the queries, and the address keeps them": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT);
    const { page, url } = opened;
    await page.fill("[name=text]", "STREET 3");
    await page.selectOption("[name=sort]", "off");
    const rows = select({ text: "street 3", sort: "off" });
    assert.ok(rows.length > 10 && rows[0]! > rows[1]! - NUM_QUERIES);
    assert.deepEqual(await listCards(page), rows);
    const link = page.url();
    assert.equal(link, `${url}#text=STREET+3&sort=off`);
    await page.fill("[name=text]", "");
    await page.selectOption("[name=sort]", "order");
    assert.equal(page.url(), url);

    await using again = await reader.open(REPORT, {
      hash: new URL(link).hash.slice(1),
    });
    assert.deepEqual(await listCards(again.page), rows);
    assert.equal(await again.page.inputValue("[name=sort]"), "off");
    assert.equal(await again.page.inputValue("[name=text]"), "STREET 3");
  },

  "pages go through all queries, and a link may name one of them": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT);
    const { page } = opened;
    const seen = await listCards(page);
    while (await page.isEnabled("[data-turn='1']")) {
      await page.click("[data-turn='1']");
      seen.push(...await listCards(page));
    }
    assert.deepEqual(seen, select({}));
    assert.match(page.url(), /#page=3$/);
    await page.evaluate(() => location.hash = "#query=73");
    await page.waitForSelector("#query-73:focus");
    assert.equal((await listCards(page))[0], PAGE);
    assert.equal(await textOf(page, "#query-73 .path"), "street 2/q72.jpg");
  },

  "a query shows each prediction with its mark and distances, and a positive if none is right":
    async (reader) => {
      await using opened = await reader.open(REPORT);
      const { page } = opened;
      const captions = (query: number): Promise<string[]> =>
        page.$$eval(
          `#query-${query + 1} figcaption`,
          (all) =>
            all.map((each) =>
              [...each.children].map((part) => part.textContent).join(" ")
            ),
        );
      const [right, found, , missed, none] = await Promise.all(
        [0, 1, 2, 3, 4].map(captions),
      );
      assert.equal(right!.length, 6);
      assert.match(right![1]!, /^1 ✓ 7\.1 m 0\.300$/);
      assert.match(found![1]!, /^1 ✗ \d+ m/);
      assert.match(found![3]!, /^3 ✓ 7\.1 m/);
      assert.equal(found!.length, 6);
      assert.match(missed!.at(-1)!, /^positive 7\.1 m $/);
      assert.match(none!.at(-1)!, /^5 ✗/);
      const verdicts = await page.$$eval(
        ".verdict",
        (all) => all.slice(0, 5).map((each) => each.textContent),
      );
      assert.deepEqual(verdicts, [
        "✓ right at 1",
        "✗ found at 3",
        "✗ found at 8",
        "✗ not found",
        "– no positives",
      ]);
    },

  "the large view has the image itself, or its thumbnail and says what is missing":
    async (reader) => {
      await using opened = await reader.open(REPORT);
      const { page } = opened;
      const file = join(reader.folder, gallery.queries.paths[0]!);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeFile(
        file,
        Uint8Array.from(atob(THUMBNAILS[1]!), (c) => c.charCodeAt(0)),
      );
      await page.click("#query-1 [data-shot='1']");
      const missing = page.locator("#lightbox-missing");
      await missing.getByText(gallery.database.paths[0]!).waitFor();
      const images = await page.$$eval(
        "#lightbox img",
        (all) =>
          all.map((image) => (image as HTMLImageElement).src.slice(0, 5)),
      );
      assert.deepEqual(images, ["file:", "data:"]);
      assert.match(await textOf(page, "#lightbox figure:last-child"), /1 · ✓/);
      for (const title of ["3 of 6", "4 of 6"]) {
        await page.keyboard.press("ArrowRight");
        assert.equal(await textOf(page, "#lightbox-title"), title);
      }
      await page.keyboard.press("ArrowLeft");
      assert.equal(await textOf(page, "#lightbox-title"), "3 of 6");
      await page.keyboard.press("Escape");
      assert.equal(await page.isVisible("#lightbox"), false);
      const focused = await page.evaluate(() =>
        (document.activeElement as HTMLElement).dataset.shot
      );
      assert.equal(focused, "1", "the focus goes back to where it was");
    },

  "an explorer gives the images that are not in the report": async (reader) => {
    await using opened = await reader.open(makeReport(), {
      edit: (html) =>
        html.replace('data-images=""', 'data-images="/images/"')
          .replace('data-explore=""', 'data-explore="/locate"'),
    });
    const { page, requests } = opened;
    await page.locator("#query-2").scrollIntoViewIfNeeded();
    await page.waitForFunction(() =>
      document.querySelector("#query-2 img[src]") !== null
    );
    const paths = requests.slice(1).map((url) => new URL(url).pathname);
    assert.ok(paths.includes("/images/query/1"), String(paths));
    assert.ok(paths.includes(`/images/database/${gallery.predictions[5]}`));
    assert.ok(paths.every((path) => path.startsWith("/images/")));
    assert.equal(await page.getAttribute("#locate", "href"), "/locate");
    assert.ok(await page.isVisible("#locate"));
  },

  "keys go from query to query, to the filter and to the large view": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT);
    const { page } = opened;
    await page.keyboard.press("j");
    assert.equal(await focusedCard(page), "0");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.equal(await focusedCard(page), "1");
    assert.ok(
      await page.$eval("#query-2", (card) => {
        const { top, bottom } = card.getBoundingClientRect();
        return top > 0 && bottom < innerHeight;
      }),
    );
    await page.keyboard.press("Enter");
    assert.equal(await textOf(page, "#lightbox-title"), "2 of 6");
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("q11");
    assert.equal(await page.inputValue("[name=text]"), "q11");
    assert.deepEqual(await listCards(page), select({ text: "q11" }));
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    for (let i = 0; i < 2; i++) await page.keyboard.press("k");
    assert.equal(await focusedCard(page), "11", "there is none before");
    assert.deepEqual(opened.errors, []);
  },
};
