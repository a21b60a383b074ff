/**
 * The page where a visitor's photo is located.
 *
 * @module
 */
import type { PlaceDataset } from "../../data/dataset.ts";
import { html, trusted } from "../../report/page/html.ts";
import pageSheet from "../../report/page/page.css" with { type: "text" };
import locateSheet from "./locate.css" with { type: "text" };
import locateCode from "./locate.js" with { type: "text" };

/** What the page says before there is a photo. */
export interface LocatePage {
  /** Of the report. */
  title: string;
  /** The split that is searched. */
  dataset: PlaceDataset;
  /** Largest photo that is taken. */
  maxBytes: number;
}

/** Renders the page. All it loads comes from the server that it is from. */
export function renderLocatePage(
  { title, dataset: { name, split, database }, maxBytes }: LocatePage,
): string {
  const megabytes = maxBytes / 1e6;
  return html`
    <!DOCTYPE html>
    <html lang="en" data-max-bytes="${maxBytes}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Locate a photo</title>
        <style>${trusted(pageSheet + locateSheet)}</style>
      </head>
      <body>
        <nav class="top" aria-label="Pages">
          <a href="/">Report</a>
          <a href="/locate" aria-current="page">Locate a photo</a>
        </nav>
        <main>
          <section aria-labelledby="title">
            <h1 id="title">Locate a photo</h1>
            <p class="lead">
              Finds the images most like it among the ${database.paths.length}
              database images of ${name}, split ${split}, with the model of the
              report “${title}”. The photo is not kept.
            </p>
            <label id="drop" for="photo">
              <input
                type="file"
                id="photo"
                accept="image/jpeg,image/png,image/webp"
              >
              <strong>Choose a photo</strong>
              <span>or drop one here, or paste it</span>
              <small>JPEG, PNG or WebP, up to ${megabytes} MB</small>
            </label>
            <p id="status" role="status"></p>
            <progress id="progress" aria-label="Database described" hidden>
            </progress>
            <noscript>This page needs JavaScript.</noscript>
          </section>
          ${FOUND}
        </main>
        <script type="module">${trusted(locateCode)}</script>
      </body>
    </html>
  `.markup.trimStart();
}

const FOUND = html`
  <section id="found" aria-labelledby="found-title" tabindex="-1" hidden>
    <h2 id="found-title">Nearest images</h2>
    <div class="answer">
      <figure>
        <img id="preview" alt="Your photo">
        <figcaption id="preview-name" class="path"></figcaption>
      </figure>
      <div>
        <ul id="findings"></ul>
        <p class="about">
          There is always a nearest image, for a photo of somewhere else too.
        </p>
      </div>
      <div id="matches-map" role="img"
        aria-label="Map of the nearest images"></div>
    </div>
    <ol id="matches"></ol>
  </section>
`;
