import assert from "node:assert/strict";
import { createModel } from "../../../lib/model/create_model.ts";
import { describeNetwork } from "../../../lib/model/architectures.ts";
import { weightShapes } from "../../../lib/model/layers.ts";
import type { ArchName } from "../../../lib/model/network.ts";
import { readEncoderWeights } from "../../../lib/model/weights/encoder_weights.ts";
import { writeSafetensors } from "../../../lib/model/weights/safetensors.ts";
import { inFolder } from "../../in_folder.ts";
import { GOLDEN_LAYOUTS } from "./golden_layouts.ts";

type Shapes = Record<string, number[]>;

/** The encoder of a narrow network, by the names that a program gives it. */
function encoder(arch: ArchName, prefix: string): Shapes {
  const { layers } = describeNetwork(arch, { widthDivisor: 64 });
  return Object.fromEntries(
    [...weightShapes(layers, 3)].map(([name, shape]) => [
      name.replace("features.", prefix),
      shape,
    ]),
  );
}

/** Writes tensors of zeros as safetensors, which have the names of any program. */
async function withWeights(
  shapes: Shapes,
  act: (path: string) => Promise<void>,
): Promise<void> {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: new Float32Array(count) }];
    }),
  );
  await inFolder(async (folder) => {
    const path = `${folder}/w.safetensors`;
    await writeSafetensors(path, { tensors, metadata: {} });
    await act(path);
  });
}

const VGG16 = encoder("vgg16", "backbone.");
const RESNET50 = encoder("resnet50", "backbone.");
const OPEN_IBL = encoder("vgg16", "base_model.base.");
const PATCH = encoder("vgg16", "encoder.");
const VLAD = { "pool.conv.weight": [4, 8, 1, 1], "pool.centroids": [4, 8] };

/** Checkpoints of models that are not known here, and what is said of them. */
const REFUSED: [what: string, shapes: Shapes, where: RegExp][] = [
  [
    "a linear layer after what does not show",
    { ...VGG16, "aggregation.1.weight": [6, 8], "aggregation.1.bias": [6] },
    /it does not say after which pooling its linear layer is/,
  ],
  [
    "another aggregation",
    { ...VGG16, "aggregation.crn.downsample.weight": [1] },
    /aggregation\.crn\.downsample\.weight: it has another aggregation than NetVLAD or GeM/,
  ],
  [
    "a transformer",
    { "backbone.embeddings.cls_token": [1, 1, 8] },
    /backbone\.embeddings\.cls_token: its backbone is not one of torchvision's/,
  ],
  [
    "ResNet-101",
    { ...RESNET50, "backbone.6.6.conv1.weight": [4, 16, 1, 1] },
    /resnet50 has no features\.6\.6\.conv1\.weight/,
  ],
  [
    "an encoder of another shape",
    { ...VGG16, "backbone.28.weight": [8, 8, 1, 1] },
    /features\.28\.weight is \[8, 8, 1, 1\], in vgg16 it is \[8, 8, 3, 3\]/,
  ],
  [
    "an encoder that is cut short",
    Object.fromEntries(
      Object.entries(OPEN_IBL).filter(([name]) => !name.endsWith(".5.bias")),
    ),
    /features\.5\.bias is missing, in vgg16 it is \[2\]/,
  ],
  [
    "another backbone of OpenIBL",
    { "base_model.gap.weight": [1] },
    /base_model\.gap\.weight: its backbone is not one of torchvision's/,
  ],
  [
    "a whitening without an offset",
    { ...PATCH, ...VLAD, "WPCA.0.weight": [6, 32, 1, 1] },
    /its whitening has the weight \[6, 32, 1, 1\] and the bias missing, not \[P, F\] and \[P\]/,
  ],
  [
    "a whitening of another shape",
    { ...PATCH, ...VLAD, "WPCA.0.weight": [6, 32, 3, 3], "WPCA.0.bias": [6] },
    /its whitening has the weight \[6, 32, 3, 3\] and the bias \[6\]/,
  ],
];

for (const [what, shapes, where] of REFUSED) {
  Deno.test(`readEncoderWeights() refuses ${what}, and names it`, () =>
    withWeights(shapes, (path) =>
      assert.rejects(readEncoderWeights(path), {
        name: "CheckpointError",
        where,
        fix: /give a \.pth or \.safetensors file of torchvision, .*OpenIBL/,
      })));
}

Deno.test("createModel() refuses a whitening of descriptors of another length", () =>
  withWeights(
    { ...PATCH, ...VLAD, "WPCA.0.weight": [6, 30], "WPCA.0.bias": [6] },
    (path) =>
      assert.rejects(createModel({ weights: path }, { engine: "wasm" }), {
        name: /ShapeError|CheckpointError/,
      }),
  ));

Deno.test("createModel() refuses torchvision's ResNet-101 as ResNet-50", () =>
  withWeights(
    {
      ...encoder("resnet50", "features."),
      "features.6.6.conv1.weight": [4, 16, 1, 1],
    },
    (path) =>
      assert.rejects(
        createModel({
          weights: path,
          arch: "resnet50",
          widthDivisor: 64,
          pooling: "avg",
        }),
        {
          name: "CheckpointError",
          where: `${path}; resnet50 has no features.6.6.conv1.weight`,
          fix: /choose the network/,
        },
      ),
  ));

Deno.test("createModel() names the options that contradict the weights, and what those are of", async () => {
  const weights = `${GOLDEN_LAYOUTS}/dvgl_resnet18conv4_netvlad.pth`;
  await assert.rejects(
    createModel({
      weights,
      arch: "vgg16",
      numClusters: 64,
      vladOrder: "channel-major",
    }),
    {
      name: "OptionsError",
      where: `arch is vgg16, ${weights} was trained with resnet18; ` +
        `numClusters is 64, ${weights} was trained with 4; ` +
        `vladOrder is channel-major, ${weights} was trained with cluster-major`,
      fix: /leave them out/,
    },
  );
});

Deno.test("createModel() takes the encoder alone for another pooling than the weights are of", async () => {
  const weights = `${GOLDEN_LAYOUTS}/matconvnet_netvlad_white.mat`;
  const model = await createModel({ weights, pooling: "avg" }, {
    engine: "wasm",
  });
  assert.equal(model.descriptorLength, 8);
  assert.equal(model.whitening, undefined);
  assert.deepEqual(model.network.normalization.mean.map(Math.round), [
    124,
    117,
    104,
  ]);
  assert.deepEqual(
    [...(await model.exportTensors()).keys()].filter((name) =>
      !name.startsWith("features.")
    ),
    [],
  );
  await model.dispose();
});
