import assert from "node:assert/strict";
import { inFolder } from "../../in_folder.ts";
import { op, type Storages, zipPth } from "./make_pth.ts";

/** Measured: 1 to 2 s for all; without limits some would take hours. */
const MAX_MS = 30_000;

/** Measured: 290 MB, of which 80 are Deno's; without limits some would take all there is. */
const MAX_MEGABYTES = 500;

const MEBI = 2 ** 20;
const orderedDict = op.global("collections", "OrderedDict");

/** A tensor of all numbers of a storage of 1 MiB. */
const whole = op.tensor(op.storage("0", MEBI / 4), {
  shape: [MEBI / 4],
  strides: [1],
});
const names = Array.from({ length: 3000 }, (_, i) => op.text(`w${i}`));

/** These would take memory or time, were there no limits. */
const GREEDY: [what: string, opcodes: string, reason: RegExp][] = [
  [
    "an endless name",
    op.text("a".repeat(1e6)) + op.text("b") + "\x93",
    /a name that is not text, or long/,
  ],
  [
    "a call with many arguments",
    `${orderedDict}(${"N".repeat(200_000)}tR`,
    /calls what cannot be called/,
  ],
  [
    "a tensor of a million sizes",
    op.dict(
      op.text("w"),
      op.tensor(op.storage("0", 4), {
        shape: Array(60_000).fill(1),
        strides: Array(60_000).fill(1),
      }),
    ),
    /a tensor has 60000 sizes/,
  ],
  ["a million of dicts", `(${"}".repeat(2 ** 18)}t`, /more than 262144 steps/],
  [
    "lists in a million of lists",
    "]".repeat(2 ** 18),
    /more than 262144 steps/,
  ],
  [
    "a loop of copies",
    `]${"2".repeat(2 ** 18)}`,
    /more than 262144 steps/,
  ],
  [
    "a long list turned into dicts again and again",
    `](${(op.tuple(op.text("a"), "N")).repeat(20_000)}e${op.put(0)}0${
      `${orderedDict}${op.get(0)}\x85R`.repeat(1000)
    }`,
    /more than 262144 steps/,
  ],
  [
    "a long text encoded again and again",
    `${op.text("a".repeat(1e5))}${op.put(0)}0(${
      `${op.global("_codecs", "encode")}${op.get(0)}\x85R`.repeat(1000)
    }t`,
    /more than 262144 steps/,
  ],
  [
    "nothing but lists in lists",
    "]".repeat(1.2e5) + "a".repeat(1.2e5 - 1),
    /no state dict/,
  ],
  ["tuples in tuples", ")" + "\x85".repeat(2.5e5), /no state dict/],

  [
    "thousands of tensors on one storage",
    `}(${names.map((name) => name + whole).join("")}u`,
    /its tensors take more than it holds/,
  ],
  [
    "one tensor under thousands of names",
    `}(${op.text("w")}${whole}${op.put(0)}${
      names.map((name) => name + op.get(0)).join("")
    }u`,
    /its tensors take more than it holds/,
  ],
];

const hasPeak = await Deno.stat("/proc/self/status").then(
  () => true,
  () => false,
);

Deno.test(
  `readTorchCheckpoint() refuses greedy pickles within ${MAX_MEGABYTES} MB${
    hasPeak ? "" : " (memory skipped: no /proc)"
  }`,
  () =>
    inFolder(async (folder) => {
      const paths = GREEDY.map(([, opcodes], i) => {
        const path = `${folder}/${i}.pth`;
        const storages: Storages = opcodes.includes("storage")
          ? { 0: new Uint8Array(MEBI) }
          : {};
        Deno.writeFileSync(path, zipPth(opcodes, storages));
        return path;
      });
      const start = performance.now();
      const { errors, peakMegabytes } = await readApart(paths);
      const duration = performance.now() - start;
      for (const [i, [what, , reason]] of GREEDY.entries()) {
        assert.match(errors[i]!, reason, what);
      }
      assert.ok(duration < MAX_MS, `${duration} ms`);
      assert.ok(peakMegabytes < MAX_MEGABYTES, `${peakMegabytes} MB`);
    }),
);

/** Reads files one after another in a program of its own: what each error says, and its memory. */
async function readApart(
  paths: string[],
): Promise<{ errors: string[]; peakMegabytes: number }> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "-A"],
      new URL("read_pths.ts", import.meta.url).pathname,
      ...paths,
    ],
    cwd: new URL("../../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assert.equal(decoder.decode(stderr), "");
  return JSON.parse(decoder.decode(stdout));
}
