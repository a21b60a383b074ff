/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { makeReport } from "./make_report.ts";
import type { BrowserChecks } from "./open_report.ts";

const REPORT = makeReport();

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? "");

/** Middle of a mark on the map, in pixels of the window. */
async function markPlace(
  page: Page,
  query: number,
): Promise<{ x: number; y: number }> {
  const mark = page.locator(`#map-view [data-query='${query}']`);
  const box = (await mark.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const viewBox = (page: Page): Promise<string | null> =>
  page.getAttribute("#map-view svg", "viewBox");

export const MAP_CHECKS: BrowserChecks = {
  "a click on the map goes to the query": async (reader) => {
    await using opened = await reader.open(REPORT, { height: 1600 });
    const { page } = opened;
    await page.check("[name=show][value=right]");
    await page.locator("#map-view").scrollIntoViewIfNeeded();
    const { x, y } = await markPlace(page, 113);
    await page.mouse.move(x + 1, y + 1);
    assert.match(await textOf(page, "#map-status"), /^#114 .*not found/);
    await page.mouse.click(x + 1, y + 1);
    await page.waitForSelector("#query-114:focus");
    assert.ok(await page.isChecked("[name=show][value=all]"));
    assert.deepEqual(opened.errors, []);
  },

  "the map is moved and enlarged with keys, wheel, buttons and pointer": async (
    reader,
  ) => {
    await using opened = await reader.open(REPORT, { height: 1600 });
    const { page } = opened;
    await page.focus("#map-view");
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    assert.match(await textOf(page, "#map-status"), /^#4 /);
    assert.equal((await page.$$("#map-preview img")).length, 3);
    const whole = await viewBox(page);
    await page.keyboard.press("+");
    const enlarged = await viewBox(page);
    assert.notEqual(enlarged, whole);
    await page.keyboard.press("-");
    assert.equal(await viewBox(page), whole);
    await page.click("[data-zoom=in]");
    assert.equal(await viewBox(page), enlarged);
    const { x, y } = (await page.locator("#map-view").boundingBox())!;
    await page.mouse.move(x + 200, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + 150, y + 60, { steps: 3 });
    await page.mouse.up();
    const moved = await viewBox(page);
    assert.notEqual(moved, enlarged);
    await page.focus("#map-view");
    await page.mouse.wheel(0, -200);
    await page.waitForFunction(
      (before) =>
        document.querySelector("#map-view svg")!.getAttribute("viewBox") !==
          before,
      moved,
    );
    await page.click("[data-zoom=all]");
    assert.equal(await viewBox(page), whole);
    await page.focus("#map-view");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#query-4:focus");
    assert.deepEqual(opened.errors, []);
  },
};
