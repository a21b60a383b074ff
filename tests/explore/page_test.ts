/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { withModel } from "../evaluate/evaluate_small_model.ts";
import { listFaint } from "../report/page/list_faint.ts";
import {
  launchBrowser,
  NO_BROWSER,
  PATIENCE,
} from "../report/page/launch_browser.ts";
import { explore, withReport } from "./explore_tiny_city.ts";

/** A desk and a telephone. */
const SCREENS = [
  { width: 1280, height: 900, colorScheme: "light", give: dropPhoto },
  { width: 360, height: 740, colorScheme: "dark", give: pastePhoto },
] as const;

testOnWasm(
  `locate page finds photos that are dropped, pasted or chosen, on a desk and on a telephone${NO_BROWSER}`,
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder, { dataset }) =>
          explore(model, folder, (url) =>
            withBrowser(async (browser) => {
              const { paths } = dataset.queries;
              await givePhotos(browser, url, paths[4]!);
              await useKeyboard(browser, url, paths[0]!);
            }))),
    ),
  { ignore: NO_BROWSER !== "" },
);

async function givePhotos(
  browser: Browser,
  url: string,
  path: string,
): Promise<void> {
  const photo = await Deno.readFile(path);
  for (const { give, ...screen } of SCREENS) {
    const { page, errors } = await openPage(browser, screen);
    await page.goto(url);
    await page.getByRole("link", { name: "Locate a photo" }).click();
    await page.waitForURL(`${url}locate`);
    await give(page, photo.toBase64());
    await checkFound(page);
    assert.deepEqual(errors, []);
    await checkFailure(page);
    await page.close();
  }
}

/** From the page to a photo to its matches, and an image of the report at its full size. */
async function useKeyboard(
  browser: Browser,
  url: string,
  path: string,
): Promise<void> {
  const { page, errors } = await openPage(browser, SCREENS[0]);
  await page.goto(`${url}locate`);
  for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
  const focused = await page.evaluate(() => document.activeElement?.id);
  assert.equal(focused, "photo");
  await page.setInputFiles("#photo:focus", path); // what its own dialog does
  await page.waitForSelector("#matches li:nth-child(10)");
  await page.keyboard.press("Tab");
  const marked = page.locator('#matches-map [data-query="0"].chosen');
  assert.equal(await marked.count(), 1);

  const full = page.waitForResponse(`${url}images/query/0`);
  await page.goto(url);
  await page.locator("#queries img").first().click();
  assert.equal((await full).status(), 200);
  assert.deepEqual(errors, []);
}

async function withBrowser(
  act: (browser: Browser) => Promise<void>,
): Promise<void> {
  const browser = await launchBrowser();
  try {
    await act(browser);
  } finally {
    await browser.close();
  }
}

async function openPage(
  browser: Browser,
  { width, height, colorScheme }: {
    width: number;
    height: number;
    colorScheme: "light" | "dark";
  },
): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme,
  });
  page.setDefaultTimeout(PATIENCE);
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return { page, errors };
}

function dropPhoto(page: Page, base64: string): Promise<void> {
  return page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "dropped.jpg"));
    document.body.dispatchEvent(
      new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }),
    );
  }, base64);
}

function pastePhoto(page: Page, base64: string): Promise<void> {
  return page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "pasted.jpg"));
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true }),
    );
  }, base64);
}

async function checkFound(page: Page): Promise<void> {
  await page.waitForSelector("#matches li:nth-child(10)");
  await page.waitForFunction(() =>
    [...document.images].every(({ complete }) => complete)
  );
  const seen = await page.evaluate(() => ({
    broken: [...document.images].filter((image) => image.naturalWidth === 0)
      .map(({ src }) => src),
    first: document.querySelector("#matches .path")?.textContent,
    findings: document.querySelectorAll("#findings li").length,
    marks: document.querySelectorAll("#matches-map [data-query]").length,
    width: document.documentElement.scrollWidth,
    wide: innerWidth,
  }));
  assert.deepEqual(seen.broken, []);
  assert.match(seen.first!, /^test\/database_2_\d\.jpg$/);
  assert.equal(seen.findings, 2);
  assert.equal(seen.marks, 10);
  assert.ok(seen.width <= seen.wide, "it scrolls sideways");
  assert.deepEqual(await page.evaluate(listFaint), []);
}

async function checkFailure(page: Page): Promise<void> {
  await dropPhoto(page, btoa("no photo"));
  await page.waitForSelector("#status.failed");
  const status = await page.textContent("#status");
  assert.match(status!, /^Cannot read this photo\n.*no JPEG.*\nWhat to do: /);
  assert.ok(await page.isHidden("#found"));
}
