import assert from "node:assert/strict";
import {
  IMAGE_DEFAULTS,
  type ImageOptions,
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
