import assert from "node:assert/strict";
import { drawImageStrip } from "../../lib/plot/draw_image_strip.ts";
import {
  type AssignmentMap,
  plotAssignments,
} from "../../lib/plot/plot_assignments.ts";
import { findAll, findTexts, JPEG, numberOf, readSvg } from "./read_svg.ts";

const MAP: AssignmentMap = {
  image: JPEG,
  rows: 2,
  columns: 3,
  clusters: [5, 5, 5, 0, 0, 7],
  K: 8,
};

const CELLS = "path[fill-opacity]";

Deno.test("plotAssignments() draws the image under a cell for each position", () => {
  const svg = readSvg(plotAssignments(MAP, { width: 316 }));
  const image = svg.querySelector("image")!;
  assert.equal(image.getAttribute("href"), "data:image/jpeg;base64,/9j/2Q==");
  assert.deepEqual([numberOf(image, "width"), numberOf(image, "height")], [
    300,
    225,
  ]);
  const cells = findAll(svg, CELLS).map((path) => path.getAttribute("d"));
  assert.deepEqual(cells, [
    "M0 0H100V112.5H0zM100 0H200V112.5H100zM200 0H300V112.5H200z",
    "M0 112.5H100V225H0zM100 112.5H200V225H100z",
    "M200 112.5H300V225H200z",
  ]);
});

Deno.test("plotAssignments() names the most frequent clusters, or those that are asked for", () => {
  const own = findTexts(readSvg(plotAssignments(MAP)));
  assert.deepEqual(own, [
    "cluster 5: 50 %",
    "cluster 0: 33 %",
    "cluster 7: 17 %",
  ]);
  const asked = readSvg(plotAssignments({ ...MAP, shown: [7, 2] }));
  assert.deepEqual(findTexts(asked), [
    "cluster 7: 17 %",
    "cluster 2: 0 %",
    "others: 83 %",
  ]);
  const [others, shown] = findAll(asked, CELLS);
  assert.equal(others!.getAttribute("fill"), "#8c8c8c");
  assert.equal(shown!.getAttribute("fill"), "#0072b2");
});

Deno.test("plotAssignments() draws weak assignments lighter", () => {
  const weights = [1, 0.1, NaN, 0.5, 0.5, 7];
  const svg = readSvg(plotAssignments({ ...MAP, weights }));
  const opacities = findAll(svg, CELLS).map((m) => numberOf(m, "fill-opacity"));
  const [strong, weak, half] = opacities;
  assert.ok(strong! > half! && half! > weak!, opacities.join());
});

Deno.test("plotAssignments() does not draw what does not fit its positions", () => {
  for (
    const wrong of [
      { clusters: [0] },
      { weights: [1] },
      { rows: 0, clusters: [] },
      { image: { ...JPEG, width: 0 } },
    ]
  ) {
    assert.throws(() => plotAssignments({ ...MAP, ...wrong }), {
      name: "ShapeError",
      where: /^argument map/,
    });
  }
  for (const cluster of [8, -1, 0.5, NaN]) {
    assert.throws(
      () => plotAssignments({ ...MAP, clusters: [cluster, 0, 0, 0, 0, 0] }),
      { name: "OptionsError", fix: "pass integers from 0 to 7" },
    );
  }
});

Deno.test("drawImageStrip() draws each image with its caption in a frame of its kind", () => {
  const kinds = ["query", "right", "wrong", "positive", "negative"] as const;
  const images = kinds.map((kind) => ({ ...JPEG, caption: `a ${kind}`, kind }));
  const svg = readSvg(drawImageStrip([{ title: "first", images }]));
  assert.equal(findAll(svg, "image").length, 5);
  assert.deepEqual(findTexts(svg), ["first", ...images.map((i) => i.caption)]);
  const frames = kinds.map((kind) =>
    svg.querySelector(`rect[data-kind="${kind}"]`)!
  );
  assert.equal(new Set(frames.map((f) => f.getAttribute("stroke"))).size, 5);
  const dashes = frames.map((frame) => frame.getAttribute("stroke-dasharray"));
  assert.deepEqual(dashes.map((dash) => dash !== null), [
    false,
    false,
    true,
    false,
    true,
  ]);
  assert.equal(findAll(svg, "circle").length, 2); // tick and cross
});

Deno.test("drawImageStrip() keeps proportions, lines images up, and cuts captions that are too long", () => {
  const caption = "a caption that is far too long for the image above it";
  const tall = { ...JPEG, width: 60, height: 120 };
  const svg = readSvg(drawImageStrip([
    {
      title: "",
      images: [{ ...tall, caption, kind: "query" }, {
        ...JPEG,
        caption: "",
        kind: "right",
      }],
    },
    {
      title: "below",
      images: Array.from({ length: 6 }, () => ({
        ...JPEG,
        caption: "",
        kind: "wrong" as const,
      })),
    },
  ]));
  const images = findAll(svg, "image");
  const widths = images.map((image) => numberOf(image, "width"));
  assert.equal(new Set(widths).size, 1);
  const [height, width] = [numberOf(images[0]!, "height"), widths[0]!];
  assert.ok(Math.abs(height - 2 * width) < 0.2, `${height} of ${width}`);
  assert.match(findTexts(svg)[0]!, /^a capt.*…$/);
  const xs = images.map((image) => numberOf(image, "x"));
  assert.deepEqual(xs.slice(0, 2), xs.slice(2, 4));
  assert.ok(xs.at(-1)! + widths[0]! <= 640);
});

Deno.test("drawImageStrip() does not draw an image without a size", () => {
  const images = [{ ...JPEG, height: 0, caption: "", kind: "query" as const }];
  assert.throws(() => drawImageStrip([{ title: "", images }]), {
    name: "ShapeError",
    where: "argument rows, images",
  });
});
