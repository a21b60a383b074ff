import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = findChromium();

/** What to say in the name of a test that is ignored for want of a browser. */
export const NO_BROWSER = CHROMIUM === null ? " (skipped: no Chromium)" : "";

/** Milliseconds that a page may take for anything, beside other tests on a busy machine. */
export const PATIENCE = 60_000;

/** Where Chromium is: in `CHROMIUM`, or on the `PATH`. */
function findChromium(): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const paths = names.flatMap((name) =>
    folders.map((each) => join(each, name))
  );
  const given = Deno.env.get("CHROMIUM");
  const isThere = (path: string): boolean => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  };
  return [...(given ? [given] : []), ...paths].find(isThere) ?? null;
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error("there is no Chromium");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}
