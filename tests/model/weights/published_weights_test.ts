import assert from "node:assert/strict";
import { join } from "node:path";
import { readEncoderWeights } from "../../../lib/model/weights/encoder_weights.ts";
import {
  findPublishedWeights,
  PUBLISHED_WEIGHTS,
  publishedHash,
  suggestDownload,
} from "../../../lib/model/weights/published_weights.ts";

Deno.test("PUBLISHED_WEIGHTS has a hash in every name", () => {
  for (const [name, weights] of Object.entries(PUBLISHED_WEIGHTS)) {
    assert.equal(weights.arch, name);
    assert.match(publishedHash(weights), /^[0-9a-f]{8}$/);
  }
});

Deno.test("findPublishedWeights() lists the names that there are", () => {
  assert.equal(findPublishedWeights("VGG16").file, "vgg16-397923af.pth");
  assert.throws(() => findPublishedWeights("vgg"), {
    name: "OptionsError",
    where: "vgg",
    fix: /^take one of vgg16, vgg16_bn, /,
  });
});

Deno.test("suggestDownload() knows the files that can be downloaded", () => {
  for (const name of ["resnet18-f37072fd.pth", "resnet18.pth"]) {
    assert.match(
      suggestDownload(join("weights", name))!,
      /`deno task weights resnet18` downloads .* to weights\/resnet18-f37072fd\.pth$/,
    );
  }
  assert.equal(suggestDownload("weights/mine.pth"), undefined);
});

Deno.test("readEncoderWeights() says how to get published weights that are not there", async () => {
  await assert.rejects(readEncoderWeights("nowhere/vgg16-397923af.pth"), {
    name: "CheckpointError",
    where: /^nowhere\/vgg16-397923af\.pth \(/,
    fix: /`deno task weights vgg16`/,
  });
});
