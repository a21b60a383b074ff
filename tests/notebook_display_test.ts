import assert from "node:assert/strict";
import { show, showLive } from "../lib/notebook_display.ts";

const SVG = `<svg xmlns="…"><path/></svg>`;

Deno.test("show() is an SVG to the kernel", () => {
  const shown = show(SVG) as Record<symbol, () => unknown>;
  const display = shown[Symbol.for("Jupyter.display")]!;
  assert.deepEqual(display(), { "image/svg+xml": SVG });
});

Deno.test("showLive() says that there is no notebook", async () => {
  await assert.rejects(showLive(SVG), {
    name: "VprError",
    where: /^this program/,
    fix: /^run it as cells of a notebook/,
  });
});

Deno.test("showLive() draws again in place", async () => {
  const drawn: unknown[] = [];
  const display = (media: unknown, options: Deno.jupyter.DisplayOptions) => {
    drawn.push([media, options.update, options.display_id]);
    return Promise.resolve();
  };
  // Once it is set there is no way back: the last test of the file.
  Object.assign(Deno, { jupyter: { display } });
  const first = await showLive("one");
  const second = await showLive("other");
  await first.update("two");
  const [, , id] = drawn[0] as unknown[];
  const [, , otherId] = drawn[1] as unknown[];
  assert.notEqual(id, otherId);
  assert.deepEqual(drawn, [
    [{ "image/svg+xml": "one" }, false, id],
    [{ "image/svg+xml": "other" }, false, otherId],
    [{ "image/svg+xml": "two" }, true, id],
  ]);
  await second.update("");
});
