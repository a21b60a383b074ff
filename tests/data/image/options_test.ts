import assert from "node:assert/strict";
import {
  IMAGE_DEFAULTS,
  type ImageOptions,
  parseSize,
  resolveImageOptions,
} from "../../../lib/data/image/options.ts";

Deno.test("resolveImageOptions() fills in the defaults", () => {
  assert.deepEqual(resolveImageOptions(), IMAGE_DEFAULTS);
  const resize = { width: 320, height: 240 };
  assert.deepEqual(resolveImageOptions({ resize }), {
    ...IMAGE_DEFAULTS,
    resize,
  });
  assert.ok(Object.isFrozen(IMAGE_DEFAULTS));
});

Deno.test("resolveImageOptions() lists every bad value at once", () => {
  const bad = {
    resize: { width: 320, height: 0 },
    resizeFilter: "area",
    threads: 0,
    applyOrientation: "yes",
  } as unknown as ImageOptions;
  assert.throws(() => resolveImageOptions(bad), {
    name: "OptionsError",
    where: new RegExp(
      "^resize is .+, must be null, or a width and a height in whole pixels, at most 100000000 in all; " +
        'resizeFilter is "area", must be one of nearest, bilinear, bicubic, lanczos; ' +
        "threads is 0, must be an integer from 1 to 64; " +
        'applyOrientation is "yes", must be true or false$',
    ),
    fix: /defaults/,
  });
});

Deno.test("parseSize() reads a width and a height", () => {
  assert.deepEqual(parseSize("320x240"), { width: 320, height: 240 });
  assert.deepEqual(parseSize(" 640 X 480 "), { width: 640, height: 480 });
});

Deno.test("parseSize() rejects what is no size", () => {
  const wrong = ["", "320", "320x", "0x240", "3.5x2", "-1x5", "axb", "1x2x3"];
  for (const text of [...wrong, "100000x100000"]) {
    assert.throws(() => parseSize(text), {
      name: "OptionsError",
      message: /^Cannot use ".*" as an image size/,
      where: "option resize",
      fix: /640x480/,
    }, text);
  }
});
