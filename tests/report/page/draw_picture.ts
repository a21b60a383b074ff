/// <reference lib="dom" />
/**
 * Draws the picture of a report that the README shows, from the report of a demo:
 *
 *     deno task demo
 *     deno run -A tests/report/page/draw_picture.ts demo/runs/RUN/report.html
 */
import { Buffer } from "node:buffer";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launchBrowser } from "./launch_browser.ts";

const WIDTH = 1280;
/** How much of the page is on the picture: summary, curves, map, some queries. */
const LAST = "#query-2";
const MOST_BYTES = 200_000;

/** The top of a report as PNG. */
async function photograph(browser: Browser, report: string): Promise<Buffer> {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 3000 },
    colorScheme: "light",
  });
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLImageElement>("img[src]")]
      .every((image) => image.complete)
  );
  const last = (await page.locator(LAST).boundingBox())!;
  const clip = { x: 0, y: 0, width: WIDTH, height: last.y + last.height };
  return await page.screenshot({ clip });
}

/** A PNG as WebP, as good as fits. */
async function toWebp(browser: Browser, png: Buffer): Promise<Buffer> {
  const page = await browser.newPage();
  const base64 = await page.evaluate(async ([data, mostBytes]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d")!.drawImage(image, 0, 0);
    const qualities = [0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6];
    const tries = qualities.map((quality) =>
      canvas.toDataURL("image/webp", quality).split(",")[1]!
    );
    return tries.find((each) => each.length * 3 / 4 <= mostBytes);
  }, [png.toString("base64"), MOST_BYTES] as const);
  if (base64 === undefined) throw new Error(`more than ${MOST_BYTES} bytes`);
  return Buffer.from(base64, "base64");
}

const [report, picture = "docs/images/report.webp"] = Deno.args;
if (report === undefined) throw new Error("give the path of a report.html");
const browser = await launchBrowser();
try {
  const webp = await toWebp(browser, await photograph(browser, report));
  await Deno.mkdir(dirname(resolve(picture)), { recursive: true });
  await Deno.writeFile(picture, webp);
  console.log(`${picture}: ${webp.length} bytes`);
} finally {
  await browser.close();
}
