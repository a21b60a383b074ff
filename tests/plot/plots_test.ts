import assert from "node:assert/strict";
import { drawImageStrip } from "../../lib/plot/draw_image_strip.ts";
import type { PlotLook } from "../../lib/plot/look.ts";
import { plotAssignments } from "../../lib/plot/plot_assignments.ts";
import { plotClusterSizes } from "../../lib/plot/plot_cluster_sizes.ts";
import { plotDistances } from "../../lib/plot/plot_distances.ts";
import { plotLoss } from "../../lib/plot/plot_loss.ts";
import { plotMap } from "../../lib/plot/plot_map.ts";
import { plotRecall } from "../../lib/plot/plot_recall.ts";
import { plotTraining } from "../../lib/plot/plot_training.ts";
import { checkXml, JPEG, readSvg } from "./read_svg.ts";

type Draw = (look?: Partial<PlotLook>) => string;

/** Text that would break a document, or run in one. */
const NASTY = `<script>alert(1)</script> "quoted" & 'so' \u0000\ud800 NÎMES`;

const position = { eastMeters: 1, northMeters: 2 };
const assignment = { image: JPEG, rows: 1, columns: 2, clusters: [0, 1], K: 2 };
const recall = { 1: 0.5, 5: 0.75 };

/** Every plot of something, with nasty text wherever there is any. */
const DRAWN: Record<string, Draw> = {
  plotRecall: (look) =>
    plotRecall([
      { title: NASTY, points: [{ n: 1, recall: 0.5, low: 0.4, high: 0.6 }] },
      { title: "b", points: [{ n: 1, recall: 0.1 }, { n: 5, recall: 0.2 }] },
    ], look),
  plotTraining: (look) =>
    plotTraining([
      { epoch: 0, loss: null, recall },
      { epoch: 1, loss: 0.3, recall },
    ], look),
  plotLoss: (look) =>
    plotLoss([{ step: 1, loss: 0.3 }, { step: 2, loss: 0.2 }], look),
  plotMap: (look) =>
    plotMap({
      points: [{ ...position, kind: "wrong", title: NASTY, query: 0 }],
      lines: [{ from: position, to: position, kind: "wrong" }],
      unit: "meters",
    }, look),
  plotDistances: (look) =>
    plotDistances([{ title: NASTY, values: [1, 2] }], { label: NASTY }, look),
  plotClusterSizes: (look) => plotClusterSizes([3, 1], look),
  plotAssignments: (look) => plotAssignments(assignment, look),
  drawImageStrip: (look) =>
    drawImageStrip([
      {
        title: NASTY,
        images: [{ ...JPEG, caption: NASTY, kind: "wrong" }],
      },
    ], look),
};

/** Every plot of nothing, or of no numbers. */
const EMPTY: Record<string, string[]> = {
  plotRecall: [
    plotRecall([]),
    plotRecall([{ title: "a", points: [{ n: 1, recall: NaN }] }]),
  ],
  plotTraining: [
    plotTraining([]),
    plotTraining([{ epoch: 0, loss: null, recall: null }]),
    plotTraining([{ epoch: 1, loss: NaN, recall: { 1: NaN } }]),
  ],
  plotLoss: [plotLoss([]), plotLoss([{ step: 1, loss: NaN }])],
  plotMap: [
    plotMap({ points: [], unit: "meters" }),
    plotMap({
      points: [{ eastMeters: NaN, northMeters: 0, kind: "query" }],
      lines: [{
        from: position,
        to: { ...position, eastMeters: Infinity },
        kind: "wrong",
      }],
      unit: "frames",
    }),
  ],
  plotDistances: [
    plotDistances([], { label: "d" }),
    plotDistances([{ title: "a", values: [NaN, Infinity] }], { label: "d" }),
  ],
  plotClusterSizes: [
    plotClusterSizes([]),
    plotClusterSizes([0, 0]),
    plotClusterSizes([NaN, 3]),
  ],
  drawImageStrip: [
    drawImageStrip([]),
    drawImageStrip([{ title: "", images: [] }]),
  ],
};

for (const [name, draw] of Object.entries(DRAWN)) {
  Deno.test(`${name}() is a file of its own: whole XML with a namespace, literal colours on white, and a title`, () => {
    const text = draw();
    const svg = readSvg(text);
    assert.equal(svg.getAttribute("xmlns"), "http://www.w3.org/2000/svg");
    assert.equal(svg.getAttribute("color"), "#222222");
    assert.equal(svg.querySelector("rect")?.getAttribute("fill"), "#ffffff");
    assert.ok(svg.querySelector("title")?.textContent);
    assert.doesNotMatch(text, /var\(|<style|class=|url\(/);
  });

  Deno.test(`${name}() takes ink and colours of the page that it is in`, () => {
    const text = draw({ place: "page" });
    const svg = readSvg(text);
    assert.equal(svg.getAttribute("fill"), "currentColor");
    assert.equal(svg.getAttribute("color"), null);
    assert.doesNotMatch(text, /#222222|fill="#fff|<style|class=/);
    const colors = text.match(/(?:fill|stroke)="(#|var\()[^"]*"/g) ?? [];
    assert.ok(colors.length > 0);
    for (const color of colors) {
      assert.match(color, /"(var\(--[a-z0-9-]+, #[0-9a-f]{6}\)|#ffffff)"$/);
    }
  });

  Deno.test(`${name}() says what it shows, is as wide as asked, and is the same every time`, () => {
    const look = { width: 321, place: "page" } as const;
    const text = draw(look);
    const svg = readSvg(text);
    assert.equal(svg.getAttribute("role"), "img");
    assert.ok(svg.getAttribute("aria-label"));
    assert.equal(svg.getAttribute("width"), "321");
    assert.match(svg.getAttribute("viewBox")!, /^0 0 321 /);
    for (const other of Object.values(DRAWN)) other(look); // counters would go on
    assert.equal(draw(look), text);
  });

  Deno.test(`${name}() shows text as text`, () => {
    const text = draw();
    assert.doesNotMatch(text, /<script|NaN/);
    if (text.includes("alert")) {
      assert.match(readSvg(text).textContent, /<script>alert\(1\)/);
    }
  });

  Deno.test(`${name}() does not draw in a look that is none`, () => {
    for (const look of [{ width: 0 }, { width: NaN }, { place: "moon" }]) {
      assert.throws(() => draw(look as Partial<PlotLook>), {
        name: "OptionsError",
        where: new RegExp(`^${Object.keys(look)[0]} is `),
      });
    }
  });
}

for (const [name, drawings] of Object.entries(EMPTY)) {
  Deno.test(`${name}() of nothing, or of what is no number, is a picture all the same`, () => {
    for (const svg of drawings) checkXml(svg);
  });
}
