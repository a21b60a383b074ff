/**
 * The report as one HTML file that needs nothing else.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { hasDistances, type ReportData } from "../report_data.ts";
import { CLIENT_CODE } from "./client_code.ts";
import gallerySheet from "./gallery.css" with { type: "text" };
import { galleryHtml } from "./gallery_html.ts";
import { embedJson, EMPTY, html, type Markup, trusted } from "./html.ts";
import mediaSheet from "./media.css" with { type: "text" };
import { optionsHtml } from "./options_html.ts";
import pageSheet from "./page.css" with { type: "text" };
import plotsSheet from "./plots.css" with { type: "text" };
import { curvesHtml, mapHtml } from "./plots_html.ts";
import summarySheet from "./summary.css" with { type: "text" };
import { summaryHtml } from "./summary_html.ts";

/**
 * What the page may load: images, and this script. Drawings have styles of their own.
 * Nothing that the data says can become a script or a connection.
 */
const POLICY = [
  "default-src 'none'",
  "img-src data: file: 'self'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${hashOf(CLIENT_CODE)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const SHEET = trusted(
  [pageSheet, summarySheet, plotsSheet, gallerySheet, mediaSheet].join("\n"),
);

/**
 * Renders a report as a page: summary, curves, map, gallery, options.
 *
 * The page makes no connection. It loads nothing but images: those without a thumbnail, and the full-size
 * ones. Without JavaScript it shows everything but the gallery.
 *
 * @returns One HTML file. The data is in it as JSON, in `<script type="application/json" id="report-data">`.
 */
export function renderReport(data: ReportData): string {
  return html`
    <!DOCTYPE html>
    <html lang="en" data-images="" data-explore="">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${POLICY}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${data.title}</title>
        <style>${SHEET}</style>
      </head>
      <body>
        ${navHtml(data)}
        <main>
          ${summaryHtml(data)} ${curvesHtml(data)} ${mapHtml(
            data,
          )} ${galleryHtml(data)} ${optionsHtml(data)}
        </main>
        <script type="application/json" id="report-data">${embedJson(
          data,
        )}</script>
        <script type="module">${trusted(CLIENT_CODE)}</script>
      </body>
    </html>
  `.markup.trim() + "\n";
}

function navHtml({ dataset }: ReportData): Markup {
  const hasMap = hasDistances(dataset);
  return html`
    <nav class="top" aria-label="Sections">
      <a href="#summary">Summary</a>
      <a href="#curves">Curves</a>
      ${hasMap ? html`<a href="#map">Map</a>` : EMPTY}
      <a href="#queries">Queries</a>
      <a href="#options">How it was made</a>
      <a id="locate" hidden>Locate a photo</a>
      <button type="button" id="theme" class="script-only" aria-pressed="false">
        Dark
      </button>
    </nav>
  `;
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("base64");
}
