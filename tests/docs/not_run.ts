/**
 * The commands of the pages that are not run as they stand, and why.
 *
 * @module
 */
import { WIDTH_DIVISOR } from "./world.ts";

/** Commands that are not run here, and what runs what is behind them. */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ["npx -y deno@2.9.6 task check", "it runs this test"],
  [
    "deno task weights vgg16",
    "it downloads 553 MB: tests/model/weights/ downloads from this machine",
  ],
  [
    "deno task weights resnet50",
    "it downloads 103 MB: tests/model/weights/ downloads from this machine",
  ],
  [
    "deno run --allow-read --allow-write --allow-net=HOST tasks/weights.ts vgg16 --from https://HOST/models/",
    "the same",
  ],
  [
    "deno task native",
    "it downloads 200 MB: .ci/run runs it, tests/engine/ uses what it installs",
  ],
  [
    "deno task parity",
    "it takes minutes: tests/parity/ runs the task on some cases",
  ],
  [
    "deno task notebooks",
    "it takes minutes: tests/notebooks/ runs them in the kernel",
  ],
  [
    "deno task notebooks 03_training --time-limit 600 --output demo/executed",
    "it takes half a minute: tests/notebooks/ runs the task with these flags",
  ],
  ["deno fmt --check", "deno task check runs it"],
  ["deno jupyter --install", "deno task kernel takes its place"],
  ["deno jupyter", "the kernel of the notebooks: tests/notebooks/ start it"],
  ["deno publish --dry-run", "deno task check runs it"],
  ["deno doc --lint mod.ts", "deno task lint runs it"],
  [
    "tensorboard --logdir runs",
    "a program of others: tests/train/ reads the same files",
  ],
  ["deno run -A example.ts", "the example is run by examples_test.ts"],
  [
    "deno run -A --config PATH/deno.json script.ts",
    "as examples_test.ts runs the examples",
  ],
  [
    "deno run -A tests/write_flags_doc.ts",
    "tests/docs_test.ts compares what it would write",
  ],
]);

interface Addition {
  /** Commands that it is added to. */
  to: RegExp;
  /** Commands among them that it is not added to. */
  butTo?: RegExp;
  flags: string;
  why: string;
}

/** Flags that make a command short enough for a test. */
const ADDITIONS: readonly Addition[] = [
  {
    to: /\b(train|test|cluster|rank|doctor|sandbox)\b/,
    butTo:
      /--(resume|onnx|descriptors|pairs-file)\b|\.mat\b|\btask (demo|compare)\b/,
    flags: `--width-divisor ${WIDTH_DIVISOR}`,
    why: "VGG-16 takes seconds to load and to start",
  },
  {
    to: /--pooling cgd:/,
    flags: "--resize 32x32 --batch-images 8",
    why: "the default is 128 images of 224x224",
  },
  {
    to: /\btrain\b/,
    butTo: /--resume\b/,
    flags: "--epochs 1",
    why: "the default is 30",
  },
  {
    to: /\btrain\b.* --resume\b/,
    flags: "--epochs 2",
    why: "one more than it has",
  },
  {
    to: /\btask (train|test|cluster|rank|extract|whiten|sandbox)\b/,
    flags: "--engine-threads 1",
    why: "a second thread takes longer to start than it saves",
  },
];

/** The length of whitened descriptors on the pages; the tiny city has 18 images to fit one to. */
const WHITENED_LENGTH = /4096/g;

/** A command of a page as it is run here. */
export function makeRunnable(command: string): string {
  const added = ADDITIONS
    .filter(({ to, butTo }) => to.test(command) && !butTo?.test(command))
    .map(({ flags }) => flags);
  // The Deno that runs this test in place of one that npx would look for.
  const own = command.replace(/^npx -y deno@\S+/, "deno")
    .replaceAll(WHITENED_LENGTH, "8");
  return [own, ...added].join(" ");
}
