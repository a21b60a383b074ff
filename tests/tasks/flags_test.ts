import assert from "node:assert/strict";
import { type Args, readArgs } from "../../tasks/_args.ts";
import { EXTRACT_FLAGS } from "../../tasks/_flags.ts";
import { IMAGE_FLAGS } from "../../tasks/_flags_dataset.ts";
import { listWeightConflicts } from "../../tasks/_flags_train.ts";
import { formatHelp } from "../../tasks/_help.ts";
import { RETIRED_FLAGS } from "../../tasks/_retired_flags.ts";
import { listFlags, plainName } from "../../tasks/_spec.ts";
import { FLAG_GROUPS } from "../flag_groups.ts";

/** Every group that goes together, as a task with all of them would have it. */
const ALL = {
  name: "everything",
  description: "Does all there is to do. ".repeat(9).trim(),
  groups: FLAG_GROUPS,
  checks: [listWeightConflicts],
};
const EXTRACT = {
  name: "extract",
  description: "Extracts.",
  groups: { extract: EXTRACT_FLAGS, images: IMAGE_FLAGS },
};

function read(line: string): Args<unknown>["options"] {
  const { options } = readArgs(line.split(" "), ALL);
  return Object.fromEntries(
    Object.entries(options).filter(([, given]) =>
      Object.keys(given).length > 0
    ),
  );
}

Deno.test("flags of all groups have names of their own", () => {
  const names = listFlags(ALL).flatMap(({ option, flag }) => [
    ...new Set([flag.flag, option, ...(flag.aliases ?? [])].map(plainName)),
  ]);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  assert.deepEqual(twice, []);
  const documented = listFlags(ALL).map(({ flag }) => flag.flag);
  for (const name of documented) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
});

Deno.test("flags cover every option of pytorch-NetVlad, by its spelling and with its default", () => {
  const options: Record<string, string | undefined> = {
    batchSize: "4",
    cacheBatchSize: "24",
    cacheRefreshRate: "1000",
    nEpochs: "30",
    optim: "SGD",
    lr: "0.0001",
    lrStep: "5",
    lrGamma: "0.5",
    weightDecay: "0.001",
    momentum: "0.9",
    threads: undefined, // there 8, here as many as the machine has
    seed: "123",
    runsPath: undefined, // there a folder of its author's
    cachePath: undefined, // there the temporary folder
    resume: undefined,
    ckpt: "latest",
    evalEvery: "1",
    patience: "10",
    dataset: "pittsburgh",
    arch: "vgg16",
    vladv2: undefined,
    pooling: "netvlad",
    ["num_clusters"]: "64",
    margin: "0.1",
    split: "val",
    fromscratch: undefined,
  };
  const flags = listFlags(ALL);
  for (const [name, theirs] of Object.entries(options)) {
    const found = flags.find(({ option, flag }) =>
      [flag.flag, option, ...(flag.aliases ?? [])].map(plainName)
        .includes(plainName(name))
    );
    assert.ok(found, `--${name} has no counterpart`);
    if (theirs === undefined) continue;
    const groups = ALL.groups as Record<string, { defaults: object }>;
    const defaults = groups[found.group]!.defaults as Record<string, unknown>;
    const { type } = found.flag;
    assert.deepEqual(defaults[found.option], type.read(theirs), `--${name}`);
  }
  assert.deepEqual(
    [...RETIRED_FLAGS.keys()],
    ["mode", "nocuda", "nGPU", "start-epoch", "savePath", "dataPath"],
  );
});

Deno.test("flags of the README of pytorch-NetVlad are read", () => {
  assert.deepEqual(
    read("--arch=vgg16 --pooling=netvlad --num_clusters=64 --data-path d"),
    {
      dataset: { dataPath: "d" },
      model: { arch: "vgg16", pooling: "netvlad", numClusters: 64 },
    },
  );
  assert.deepEqual(
    read("--runsPath=runs --resume=runs/Nov19_vgg16 --split=test --ckpt best"),
    {
      dataset: { split: "test" },
      checkpoint: { resume: "runs/Nov19_vgg16", checkpoint: "best" },
      run: { runsPath: "runs" },
    },
  );
  assert.deepEqual(
    read(
      "--data-path d --optim ADAM --nEpochs 2 --batchSize=2 --fromscratch --vladv2 --lrStep 3",
    ),
    {
      dataset: { dataPath: "d" },
      model: { vladV2: true },
      train: {
        epochs: 2,
        fromScratch: true,
        optimizer: "adam",
        lrStepEpochs: 3,
        batchTuples: 2,
      },
    },
  );
});

Deno.test("flags of datasets are read", () => {
  assert.deepEqual(
    read(
      "--dataset frames --data-path d --database a --queries b --frame-tolerance 2 --frames 0:74",
    ),
    {
      dataset: {
        dataset: "frames",
        dataPath: "d",
        database: "a",
        queries: "b",
        frameTolerance: 2,
        frames: "0:74",
      },
    },
  );
  assert.deepEqual(
    read(
      "--dataset csv --positions p.csv --leave-one-out --positive-radius 15 --potential-positive-ring 0,5 --resize 320x240",
    ),
    {
      dataset: {
        dataset: "csv",
        positions: "p.csv",
        leaveOneOut: true,
        positiveRadius: 15,
        potentialPositiveRing: [0, 5],
      },
      images: { resize: { width: 320, height: 240 } },
    },
  );
});

Deno.test("flags name all that the library finds wrong at once", () => {
  const line = "--dataset utm --database a --patience -1 --epochs x " +
    "--from-scratch --train-from conv5_1 --weights w.pth --pooling max --vlad-v2 --threads 0";
  assert.throws(() => read(line), {
    name: "OptionsError",
    where: [
      '--epochs "x" is not an integer',
      "--data-path is missing, utm needs it",
      "--database is given, utm has no use for it",
      "--threads is 0, must be an integer from 1 to 64",
      "--vlad-v2 is given, max has no use for it",
      "--patience is -1, must be an integer >= 0",
      "--from-scratch trains every layer, which leaves no trainFrom",
      "--from-scratch begins with random weights, which leaves no --weights",
    ].join("; "),
  });
});

Deno.test("flags of extract name what is missing once", () => {
  assert.throws(() => readArgs(["--output", "x.csv"], EXTRACT), {
    name: "OptionsError",
    where: [
      "--images PATH is missing",
      '--output is "x.csv", must be a file name that ends in .h5, .hdf5 or .npy',
    ].join("; "),
  });
});

Deno.test("formatHelp() lists every flag with unit, default, other names and a line of help", () => {
  const help = formatHelp(ALL);
  for (const { flag } of listFlags(ALL)) {
    assert.ok(flag.help.length > 0, flag.flag);
    assert.match(help, new RegExp(`^  --${flag.flag}( |$)`, "m"));
  }
  const flat = help.replaceAll(/\s+/g, " ");
  for (
    const text of [
      "Usage: deno task everything [flags]",
      "--epochs N passes over the training queries, or over as many images of classes (default: 30; 20 for cgd; also --nEpochs)",
      "--lr NUMBER learning rate of the first epoch (default 0.0001)",
      "--arch NAME encoder: vgg16, vgg16_bn, alexnet, squeezenet1_1, resnet18, resnet50 (default vgg16)",
      "--vlad-v2 NetVLAD with biases in the soft assignment --",
      "--resize WxH width and height that images are resized to (in pixels; default: as they are; 224x224 to train cgd)",
      "--recall-at N,N,... the N of each Recall@N (default: 1,5,10,20, or those of the protocol)",
      "--json write one JSON object",
    ]
  ) assert.ok(flat.includes(text), `${text}\nis not in\n${help}`);
});

Deno.test("formatHelp() keeps to 90 columns", () => {
  for (const line of formatHelp(ALL).split("\n")) {
    assert.ok(line.length <= 90, line);
    assert.equal(line, line.trimEnd());
  }
});

Deno.test("formatHelp() puts what is required into the usage", () => {
  assert.match(
    formatHelp(EXTRACT),
    /^Usage: deno task extract --images PATH --output FILE \[flags\]\n/,
  );
});
