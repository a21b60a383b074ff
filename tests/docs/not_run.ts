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
    to: /\b(train|test|cluster|doctor|sandbox)\b/,
    butTo: /--(resume|onnx)\b|\btask demo\b/,
    flags: `--width-divisor ${WIDTH_DIVISOR}`,
    why: "VGG-16 takes seconds to load and to start",
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
];

/** A command of a page as it is run here. */
export function makeRunnable(command: string): string {
  const added = ADDITIONS
    .filter(({ to, butTo }) => to.test(command) && !butTo?.test(command))
    .map(({ flags }) => flags);
  // The Deno that runs this test in place of one that npx would look for.
  return [command.replace(/^npx -y deno@\S+/, "deno"), ...added].join(" ");
}
