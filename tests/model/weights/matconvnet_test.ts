import assert from "node:assert/strict";
import { readEncoderWeights } from "../../../lib/model/weights/encoder_weights.ts";
import { describeNetwork } from "../../../lib/model/architectures.ts";
import { inFolder } from "../../in_folder.ts";
import {
  makeMat,
  MAT_OBJECT,
  type MatArray,
  type MatInput,
} from "./make_mat.ts";

type Fields = { [field: string]: MatInput };

const D = 4;
const K = 2;
const P = 3;

/** Numbers that all differ. */
function numbers(...dims: number[]): MatArray {
  const count = dims.reduce((a, b) => a * b);
  const data = Float32Array.from({ length: count }, (_, i) => i + 1);
  return { dims, data };
}

/** VGG-16 of a 128th of its channels, as MatConvNet has it. */
function makeTrunk(): Fields[] {
  let before = 3;
  return describeNetwork("vgg16", { widthDivisor: 128 }).layers.map(
    (layer, i): Fields => {
      if (layer.kind === "maxPool") {
        const [pool, stride] = [numbers(1, 1), numbers(1, 1)];
        pool.data[0] = stride.data[0] = 2;
        return { type: "pool", name: `pool${i}`, method: "max", pool, stride };
      }
      if (layer.kind !== "conv") {
        return { type: "relu", name: `relu${i}`, leak: 0 };
      }
      const weights = [
        numbers(3, 3, before, layer.channels),
        numbers(layer.channels, 1),
      ];
      before = layer.channels;
      return { type: "conv", name: layer.name, weights, stride: 1, pad: 1 };
    },
  );
}

function normalize(name: string): Fields {
  const data = Float64Array.of(2 * D, 1e-12, 1, 0.5);
  return { type: "normalize", name, param: { dims: [1, 4], data } };
}

/** NetVLAD and its whitening, as Relja's program makes them. */
function makeHead(): Fields[] {
  return [
    normalize("preL2"),
    {
      type: "custom",
      name: "vlad:core",
      weights: [numbers(1, 1, D, K), numbers(1, 1, D, K)],
    },
    normalize("vlad:intranorm"),
    { type: "custom", name: "postL2" },
    {
      type: "conv",
      name: "WPCA",
      weights: [numbers(1, 1, D * K, P), numbers(P, 1)],
      stride: 1,
      pad: 0,
    },
    { type: "custom", name: "finalL2" },
  ];
}

const AVERAGE: MatArray = {
  dims: [1, 1, 3],
  data: Float32Array.of(120, 110, 100),
};
const META = { normalization: { averageImage: AVERAGE } };

/** Writes a network and reads it. */
function readNet(
  layers: MatInput,
  rest: Fields = { meta: META },
): Promise<Awaited<ReturnType<typeof readEncoderWeights>>> {
  return readVariables({ net: { layers, ...rest } });
}

async function readVariables(
  variables: Fields,
): Promise<Awaited<ReturnType<typeof readEncoderWeights>>> {
  let weights;
  await inFolder(async (folder) => {
    const path = `${folder}/net.mat`;
    Deno.writeFileSync(path, makeMat(variables));
    weights = await readEncoderWeights(path);
  });
  return weights!;
}

Deno.test("readEncoderWeights() turns MATLAB's order of axes and sign of centroids round", async () => {
  const { tensors, head, whitening, fileNames } = await readNet([
    ...makeTrunk(),
    ...makeHead(),
  ]);
  const first = tensors.get("features.0.weight")!;
  assert.deepEqual(first.shape, [1, 3, 3, 3]);
  assert.deepEqual([...first.data.slice(0, 9)], [1, 4, 7, 2, 5, 8, 3, 6, 9]);
  assert.deepEqual(head.get("pool.conv.weight"), {
    shape: [K, D, 1, 1],
    data: numbers(K * D).data,
  });
  assert.deepEqual(head.get("pool.centroids"), {
    shape: [K, D],
    data: numbers(K * D).data.map((value) => -value),
  });
  assert.deepEqual(whitening, {
    projection: { shape: [P, K * D], data: numbers(P * K * D).data },
    offset: { shape: [P], data: numbers(P).data },
  });
  assert.equal(fileNames.get("features.2.bias"), "layers{3}.weights{2}");
  assert.equal(fileNames.get("pool.centroids"), "layers{31}.weights{2}");
  assert.equal(fileNames.get("WPCA.0.weight"), "layers{34}.weights{1}");
});

Deno.test("readEncoderWeights() reads VGG-16 of MatConvNet, its mean colour and rounding, without its classifier", async () => {
  const classifier: Fields = {
    type: "conv",
    name: "fc6",
    weights: [numbers(7, 7, D, 2), numbers(2, 1)],
  };
  const padding = { dims: [1, 4], data: Float64Array.of(0, 1, 0, 1) };
  const trunk = makeTrunk().map((layer) =>
    layer.type === "pool" ? { ...layer, pad: padding } : layer
  );
  const relu = { type: "relu", name: "relu5_3" };
  const weights = await readVariables({
    layers: [...trunk, relu, classifier],
    meta: META,
  });
  assert.deepEqual(weights.options, { arch: "vgg16", widthDivisor: 128 });
  assert.deepEqual(weights.normalization, {
    scale: 1,
    mean: [120, 110, 100],
    std: [1, 1, 1],
  });
  assert.equal(weights.poolCeilMode, true);
  assert.equal(weights.head.size, 0);
  assert.deepEqual(weights.others, [
    { name: "layers{31}.weights{1}", shape: [7, 7, D, 2] },
    { name: "layers{31}.weights{2}", shape: [2, 1] },
  ]);
});

Deno.test("readEncoderWeights() takes a shorter VGG-16 with a head, and says where it ends", async () => {
  const layers = [...makeTrunk().slice(0, 18), {
    type: "custom",
    name: "avg:core",
  }, { type: "custom", name: "postL2" }];
  const { options } = await readNet(layers);
  assert.deepEqual(options, {
    arch: "vgg16",
    widthDivisor: 128,
    lastLayer: "conv4_1",
    pooling: "avg",
  });
});

const trunk = makeTrunk();
const head = makeHead();
const without = (name: string): Fields[] =>
  head.filter((layer) => layer.name !== name);
const changed = (index: number, fields: Fields): Fields[] =>
  trunk.map((layer, i) => i === index ? { ...layer, ...fields } : layer);

/** Networks that are not ours, and what is said of them. */
const REFUSED: [what: string, layers: MatInput, where: RegExp][] = [
  [
    "a wide window",
    changed(2, { weights: [numbers(5, 5, 1, 1), numbers(1, 1)] }),
    /\(layers\{3\}, conv1_2, is a convolution of 5, stride 1, padding 1, not a convolution of 3, stride 1, padding 1\)/,
  ],
  [
    "a stride",
    changed(5, { stride: 2 }),
    /layers\{6\}, conv2_1, is a convolution of 3, stride 2/,
  ],
  [
    "a mean pool",
    changed(4, { method: "avg" }),
    /layers\{5\}, pool4, is a mean pool of 2/,
  ],
  [
    "a leaky ReLU",
    changed(1, { leak: 0.1 }),
    /layers\{2\}, relu1, is a leaky relu, not relu/,
  ],
  [
    "another layer",
    changed(1, { type: "bnorm" }),
    /layers\{2\}, relu1, is bnorm, not relu/,
  ],
  [
    "channels that do not fit",
    changed(28, { weights: [numbers(3, 3, 4, 9), numbers(9, 1)] }),
    /features\.28\.weight is \[9, 4, 3, 3\], in vgg16 it is \[4, 4, 3, 3\]/,
  ],
  [
    "layers that are missing",
    trunk.slice(0, 20),
    /it ends where VGG-16 has relu|it ends where VGG-16 has a convolution/,
  ],
  [
    "AlexNet of Caffe",
    [trunk[0]!, trunk[1]!, normalize("norm1"), trunk[2]!],
    /layers\{3\}, norm1, normalises across channels, as AlexNet of Caffe does/,
  ],
  [
    "NetVLAD without preL2",
    [...trunk, ...without("preL2")],
    /its NetVLAD does not normalise the local descriptors \(preL2\)/,
  ],
  [
    "NetVLAD without intra",
    [...trunk, ...without("vlad:intranorm")],
    /does not normalise the clusters \(intra\)/,
  ],
  [
    "NetVLAD without postL2",
    [...trunk, ...without("postL2")],
    /layers\{33\}, WPCA, is conv, not the L2 normalisation postL2/,
  ],
  [
    "a whitening without finalL2",
    [...trunk, ...without("finalL2")],
    /it ends without the L2 normalisation finalL2/,
  ],
  ["another custom layer", [...trunk, { type: "custom", name: "rmac:core" }, {
    type: "custom",
    name: "postL2",
  }], /layers\{30\}, rmac:core, is none of vlad:core, max:core, avg:core/],
  ["a ReLU before NetVLAD", [
    ...trunk,
    { type: "relu", name: "relu5_3" },
    ...head,
  ], /layers\{30\}, relu5_3, is relu/],
  ["a layer that is a number", [3], /layers\{1\} is a numeric, not a struct/],
];

for (const [what, layers, where] of REFUSED) {
  Deno.test(`readEncoderWeights() refuses a MatConvNet network with ${what}, and names it`, async () => {
    await assert.rejects(readNet(layers), {
      name: "CheckpointError",
      where,
      fix: /VGG-16 of MatConvNet/,
    });
  });
}

Deno.test("readEncoderWeights() says how to make structs of MATLAB objects", async () => {
  await assert.rejects(readNet([...trunk, head[0]!, MAT_OBJECT]), {
    name: "CheckpointError",
    where: /net\.mat \(layers\{31\} is a MATLAB object, not a struct\)/,
    fix: /net\.layers = cellfun\(@struct, net\.layers/,
  });
});

Deno.test("readEncoderWeights() refuses other .mat files, and damaged ones", async () => {
  await assert.rejects(readVariables({ dbStruct: { whichSet: "val" } }), {
    name: "CheckpointError",
    where: /it has no layers, but dbStruct/,
  });
  await assert.rejects(readNet(trunk, {}), {
    where: /it has no meta\.normalization\.averageImage/,
  });
  await inFolder(async (folder) => {
    const path = `${folder}/cut.mat`;
    Deno.writeFileSync(path, makeMat({ net: { layers: trunk } }).slice(0, -9));
    await assert.rejects(readEncoderWeights(path), {
      name: "CheckpointError",
      where: /cut\.mat \(.* bytes are announced/,
      fix: /copy or download it again/,
    });
  });
});
