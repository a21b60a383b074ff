import assert from "node:assert/strict";
import { fitImages } from "../../lib/describe/fit_images.ts";

const ANY = { name: "any" };
const FIXED = { name: "fixed", imageSize: { width: 30, height: 20 } };

Deno.test("fitImages() resizes to the one size that a describer takes, and says so", () => {
  const images = { threads: 1 };
  assert.deepEqual(fitImages(ANY, images).next(), {
    done: true,
    value: images,
  });
  const fitting = fitImages(FIXED, images);
  assert.deepEqual(fitting.next().value, {
    kind: "note",
    text: "images are resized to 30x20, as fixed takes them",
  });
  assert.deepEqual(fitting.next(), {
    done: true,
    value: { threads: 1, resize: { width: 30, height: 20 } },
  });
});

Deno.test("fitImages() leaves images as they are resized, if that is the size", () => {
  const images = { resize: { width: 30, height: 20 } };
  for (const describer of [ANY, FIXED]) {
    assert.deepEqual(fitImages(describer, images).next(), {
      done: true,
      value: images,
    });
  }
  assert.throws(
    () => fitImages(FIXED, { resize: { width: 20, height: 30 } }).next(),
    {
      name: "OptionsError",
      message: /^Cannot give fixed images of this size/,
      where: "option resize is 20x30, fixed takes 30x20",
      fix: "set resize to 30x20, or leave it out",
    },
  );
});
