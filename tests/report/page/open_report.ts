import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { renderReport } from "../../../lib/report/page/render_report.ts";
import type { ReportData } from "../../../lib/report/report_data.ts";
import { launchBrowser, NO_BROWSER, PATIENCE } from "./launch_browser.ts";

/** What Chromium says of an image that is not beside the report. */
const MISSING_IMAGE = /^Failed to load resource: net::ERR_FILE_NOT_FOUND/;

/** A page that is watched. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** Errors on its console, and those that nothing caught, but not of images that are not there. */
  errors: string[];
  /** Addresses of what it asked for, itself first; embedded images are none. */
  requests: string[];
  /** Address of the report. */
  url: string;
}

/** How a report is looked at. */
export interface OpenSettings {
  /** After `#`. */
  hash?: string;
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
  javaScriptEnabled?: boolean;
  /** Changes the file that is written. */
  edit?(html: string): string;
}

/** Opens reports in one browser. */
export class ReportReader {
  #browser: Promise<Browser> | undefined;
  readonly folder: string = Deno.makeTempDirSync({ prefix: "report-page-" });

  async open(data: ReportData, settings: OpenSettings = {}): Promise<OpenPage> {
    const { hash = "", width = 1280, height = 800, edit, ...context } =
      settings;
    const html = renderReport(data);
    const path = join(this.folder, "report.html");
    await Deno.writeTextFile(path, edit ? edit(html) : html);
    const { href: url } = pathToFileURL(path);
    this.#browser ??= launchBrowser();
    const page = await (await this.#browser).newPage({
      viewport: { width, height },
      ...context,
    });
    page.setDefaultTimeout(PATIENCE);
    const [errors, requests]: [string[], string[]] = [[], []];
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !MISSING_IMAGE.test(text)) {
        errors.push(text);
      }
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("data:")) requests.push(request.url());
    });
    await page.goto(hash === "" ? url : `${url}#${hash}`);
    const close = (): Promise<void> => page.close();
    return { page, errors, requests, url, [Symbol.asyncDispose]: close };
  }

  async close(): Promise<void> {
    await (await this.#browser)?.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Tests in the browser, by name. */
export type BrowserChecks = Readonly<
  Record<string, (reader: ReportReader) => Promise<void>>
>;

/** Declares tests that share one browser; without Chromium they are skipped, and say so. */
export function testInBrowser(tests: BrowserChecks): void {
  let reader: ReportReader | undefined;
  Deno.test.afterAll(() => reader?.close());
  for (const [name, test] of Object.entries(tests)) {
    Deno.test({
      name: name + NO_BROWSER,
      ignore: NO_BROWSER !== "",
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => test(reader ??= new ReportReader()),
    });
  }
}
