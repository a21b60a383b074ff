import assert from "node:assert/strict";
import { nameEncoder, nameModel } from "../../lib/model/encoder_name.ts";

Deno.test("nameEncoder() says where an encoder ends early", () => {
  assert.equal(nameEncoder({ arch: "vgg16" }), "vgg16");
  const lastLayer = "layer3";
  assert.equal(nameEncoder({ arch: "resnet50", lastLayer }), "resnet50-layer3");
});

Deno.test("nameModel() has no colon, which a file name cannot have everywhere", () => {
  const arch = "resnet50";
  assert.equal(nameModel({ arch, pooling: "rmac" }), "resnet50_rmac");
  assert.equal(nameModel({ arch, pooling: "cgd:SG" }), "resnet50_cgd-SG");
});
