import assert from "node:assert/strict";
import {
  note,
  type NoteEvent,
  progress,
  type ProgressEvent,
} from "../../lib/progress.ts";
import { formatDuration } from "../../tasks/_phase.ts";
import {
  createProgressView,
  type ProgressView,
  showEvents,
} from "../../tasks/_progress.ts";

interface Screen {
  view: ProgressView;
  clock: { ms: number };
  /** All that was written. */
  text(): string;
}

type Events<Result> = AsyncGenerator<
  ProgressEvent | NoteEvent | { kind: "epoch" | "step"; epoch: number },
  Result
>;

/** A stream that remembers what is written, and a clock that is set by hand. */
function makeScreen(terminal: { columns: number } | null = null): Screen {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = {
    write: (text: string) => written.push(text),
    isTTY: terminal !== null,
    ...terminal,
  };
  const view = createProgressView(stream, () => clock.ms);
  return { view, clock, text: () => written.join("") };
}

Deno.test("createProgressView() writes lines for every 10 % without a terminal", () => {
  const { view, clock, text } = makeScreen();
  for (let done = 0; done <= 40; done++) {
    view.update(progress("describe", done, 40));
    clock.ms += 500;
  }
  assert.deepEqual(text().split("\n"), [
    "describe: 0/40",
    ...[4, 8, 12, 16, 20, 24, 28, 32, 36].map((done) =>
      `describe: ${done}/40 (${done / 0.4} %), ${
        formatDuration((40 - done) * 500)
      } left`
    ),
    "describe: 40 in 20 s",
    "",
  ]);
});

Deno.test("createProgressView() writes a line every 10 s of a slow phase", () => {
  const { view, clock, text } = makeScreen();
  for (const done of [0, 1, 2, 3]) {
    view.update(progress("mine", done, 1000));
    clock.ms += 6000;
  }
  assert.deepEqual(text().split("\n"), [
    "mine: 0/1000",
    "mine: 2/1000 (0 %), 1 h 39 min left",
    "",
  ]);
});

Deno.test("createProgressView() does not flood a file with a fast phase", () => {
  const { view, clock, text } = makeScreen();
  for (let done = 0; done <= 100; done++) {
    view.update(progress("search", done, 100));
    clock.ms += 1;
  }
  assert.equal(text(), "search: 0/100\nsearch: 100 in 0.1 s\n");
});

Deno.test("createProgressView() shows phases one after the other", () => {
  const { view, text } = makeScreen();
  view.update(progress("describe", 0, 2));
  view.update(progress("search", 0, 3)); // the first one never came to its end
  view.update(progress("search", 3, 3));
  view.update(progress("search", 3, 3)); // says again what is known
  view.update(progress("search", 0, 3)); // begins anew
  view.update(progress("nothing", 0, 0));
  view.note("aside");
  view.end("done");
  assert.deepEqual(text().split("\n"), [
    "describe: 0/2",
    "describe: 0 of 2 in 0.0 s",
    "search: 0/3",
    "search: 3 in 0.0 s",
    "search: 0/3",
    "search: 0 of 3 in 0.0 s",
    "nothing: 0 in 0.0 s",
    "aside",
    "",
  ]);
});

Deno.test("createProgressView() draws a bar with the time left on a terminal", () => {
  const { view, clock, text } = makeScreen({ columns: 100 });
  view.update(progress("describe", 0, 4));
  clock.ms = 30_000;
  view.update(progress("describe", 1, 4));
  view.note("one image is grey");
  view.end("stopped");
  assert.match(text(), /describe \[-{40}\] 0 % 0\/4/);
  assert.match(text(), /describe \[={10}-{30}\] 25 % 1\/4 1 min 30 s left/);
  assert.match(text(), /one image is grey\n/);
  assert.match(text(), /describe: stopped at 1 of 4 after 30 s\n$/);
  assert.ok(
    !text().includes("\x1b[?"),
    "the terminal's settings are left alone",
  );
});

Deno.test("createProgressView() copes with a terminal that has no width", () => {
  const { view, text } = makeScreen({ columns: 0 });
  view.update(progress("describe", 0, 2));
  view.update(progress("describe", 2, 2));
  assert.match(text(), /describe: 2 in 0\.0 s\n$/);
});

Deno.test("createProgressView() keeps the bar within a narrow terminal", () => {
  const { view, text } = makeScreen({ columns: 20 });
  view.update(progress("describe the database", 0, 2));
  view.end("stopped");
  assert.ok(text().includes("describe the databas\x1b"), "cut at 20 columns");
});

Deno.test("showEvents() shows notes and printed events and returns the result", async () => {
  const { view, text } = makeScreen();
  async function* stage(): Events<number> {
    yield progress("train", 0, 1);
    yield { kind: "epoch", epoch: 1 };
    yield { kind: "step", epoch: 1 };
    yield note("left one out");
    yield progress("train", 1, 1);
    await Promise.resolve();
    return 7;
  }
  const result = await showEvents(stage(), {
    view,
    print: (event) =>
      event.kind === "epoch" ? `epoch ${event.epoch}` : undefined,
  });
  assert.equal(result, 7);
  assert.equal(
    text(),
    "train: 0/1\nepoch 1\nleft one out\ntrain: 1 in 0.0 s\n",
  );
});

Deno.test("showEvents() ends the phase when a stage fails", async () => {
  const { view, text } = makeScreen({ columns: 80 });
  async function* stage(): Events<never> {
    yield progress("train", 1, 3);
    await Promise.resolve();
    throw new Error("out of memory");
  }
  await assert.rejects(showEvents(stage(), { view }), /out of memory/);
  assert.match(text(), /train: stopped at 1 of 3 after 0\.0 s\n$/);
});

Deno.test("showEvents() closes the stage when it is aborted or cannot be printed", async () => {
  let numClosed = 0;
  async function* stage(): Events<never> {
    try {
      while (true) {
        yield { kind: "step", epoch: 1 };
        await Promise.resolve();
      }
    } finally {
      numClosed++;
    }
  }
  const { view } = makeScreen();
  const controller = new AbortController();
  const abort = (): string => {
    controller.abort(new Error("Ctrl-C"));
    return "stopping";
  };
  await assert.rejects(
    showEvents(stage(), { view, print: abort, signal: controller.signal }),
    /Ctrl-C/,
  );
  assert.equal(numClosed, 1);
  const fail = (): never => {
    throw new Error("cannot print");
  };
  await assert.rejects(
    showEvents(stage(), { view, print: fail }),
    /cannot print/,
  );
  assert.equal(numClosed, 2);
});

Deno.test("formatDuration() names the one or two units that matter", () => {
  const cases: [number, string][] = [
    [0, "0.0 s"],
    [9949, "9.9 s"],
    [9950, "10 s"],
    [59_499, "59 s"],
    [59_500, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [3_599_600, "1 h 00 min"],
    [7_620_000, "2 h 07 min"],
    [360_000_000, "100 h 00 min"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});
