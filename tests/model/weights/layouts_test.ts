import assert from "node:assert/strict";
import { createModel } from "../../../lib/model/create_model.ts";
import type { ModelOptions } from "../../../lib/model/options.ts";
import { readEncoderWeights } from "../../../lib/model/weights/encoder_weights.ts";
import { assertClose } from "../../assert_close.ts";
import { GOLDEN_LAYOUTS, readGoldenLayouts } from "./golden_layouts.ts";

/** float32 through thirteen or more layers against double precision. */
const FLOAT32 = { atol: 1e-5 };

const WIDTH = { widthDivisor: 64 };
const RELJA = {
  arch: "vgg16",
  ...WIDTH,
  pooling: "netvlad",
  numClusters: 4,
  vladOrder: "channel-major",
  vladNorm: "smoothed",
} as const;
const PYTORCH = {
  ...WIDTH,
  pooling: "netvlad",
  numClusters: 4,
  vladV2: false,
  vladOrder: "cluster-major",
  vladNorm: "clamped",
} as const;

/** Files, the name of their descriptors, and what they say of their model. */
const CASES: [
  file: string,
  name: string,
  format: string,
  options: Partial<ModelOptions>,
][] = [
  [
    "matconvnet_netvlad_white.mat",
    "matconvnet_netvlad_white",
    "matConvNet",
    { ...RELJA, vladV2: false },
  ],
  [
    "matconvnet_netvlad_white_v73.mat",
    "matconvnet_netvlad_white",
    "matConvNet",
    { ...RELJA, vladV2: false },
  ],
  [
    "matconvnet_netvlad_v2.mat",
    "matconvnet_netvlad_v2",
    "matConvNet",
    { ...RELJA, vladV2: true },
  ],
  [
    "matconvnet_max.mat",
    "matconvnet_max",
    "matConvNet",
    { arch: "vgg16", ...WIDTH, pooling: "max" },
  ],
  [
    "dvgl_resnet18conv4_netvlad.pth",
    "dvgl_resnet18conv4_netvlad",
    "dvgl",
    { arch: "resnet18", lastLayer: "layer3", ...PYTORCH },
  ],
  [
    "dvgl_vgg16_netvlad_fc.pth",
    "dvgl_vgg16_netvlad_fc",
    "dvgl",
    { arch: "vgg16", ...PYTORCH },
  ],
  [
    "dvgl_resnet50conv5_gem_fc.pth",
    "dvgl_resnet50conv5_gem_fc",
    "dvgl",
    { arch: "resnet50", ...WIDTH, pooling: "gem", gemPower: "learned" },
  ],
  [
    "dvgl_resnet18conv4_gem_before.pth",
    "dvgl_resnet18conv4_gem_before",
    "dvgl",
    {
      arch: "resnet18",
      lastLayer: "layer3",
      ...WIDTH,
      pooling: "gem",
      gemPower: "learned",
      poolNorm: "before",
    },
  ],
  ["openibl.pth.tar", "openibl", "openIbl", { arch: "vgg16", ...PYTORCH }],
  [
    "patchnetvlad_WPCA6.pth.tar",
    "patchnetvlad",
    "patchNetVlad",
    { arch: "vgg16", ...PYTORCH, vladV2: true },
  ],
];

for (const [file, name, format, options] of CASES) {
  const counts = options.arch === "vgg16" ? undefined : "num_batches_tracked";
  Deno.test(`readEncoderWeights() tells what ${file} is, and the options that it dictates`, async () => {
    const weights = await readEncoderWeights(`${GOLDEN_LAYOUTS}/${file}`);
    assert.equal(weights.format, format);
    assert.deepEqual(weights.options, options);
    const others = weights.others.map(({ name }) => name.split(".").at(-1));
    assert.deepEqual(new Set(others), new Set(counts ? [counts] : []));
  });

  Deno.test(`createModel() describes as the program of ${file} does`, async () => {
    const { images, descriptors } = readGoldenLayouts();
    const model = await createModel(
      { weights: `${GOLDEN_LAYOUTS}/${file}` },
      { engine: "wasm" },
    );
    try {
      const expected = descriptors[name]!;
      assert.equal(model.descriptorLength, expected[0]!.length);
      assert.equal(model.needsCentroids, false);
      assertClose(await model.describe(images), expected.flat(), FLOAT32);
    } finally {
      await model.dispose();
    }
  });
}
