import assert from "node:assert/strict";
import { runInBackground } from "../lib/background_stage.ts";

/** A stage that yields 0, 1, … without ever waiting for a timer, and notes what it does. */
async function* count(
  end: number,
  log: unknown[] = [],
): AsyncGenerator<number, string> {
  try {
    for (let i = 0; i < end; i++) {
      log.push(i);
      yield i;
    }
    return "counted";
  } finally {
    await Promise.resolve();
    log.push("closed");
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("runInBackground() runs a stage to its end", async () => {
  const seen: number[] = [];
  const { done } = runInBackground(count(3), (i) => void seen.push(i));
  assert.equal(await done, "counted");
  assert.deepEqual(seen, [0, 1, 2]);
});

Deno.test("runInBackground() gives others their turn after each event", async () => {
  let seen = 0;
  const stage = runInBackground(count(100_000), () => void seen++);
  await wait(20);
  const seenByTimer = seen;
  await stage.stop();
  assert.ok(seenByTimer > 0 && seenByTimer < 100_000, `${seenByTimer}`);
});

Deno.test("runInBackground() waits for what is done with an event", async () => {
  const log: unknown[] = [];
  const stage = runInBackground(count(2, log), async (i) => {
    await wait(5);
    log.push(`done with ${i}`);
  });
  await stage.done;
  assert.deepEqual(log, [0, "done with 0", 1, "done with 1", "closed"]);
});

Deno.test("runInBackground() stops after the step at hand, and closes the stage", async () => {
  const log: unknown[] = [];
  const stage = runInBackground(count(Infinity, log), (i) => {
    if (i === 2) stopped = stage.stop();
  });
  let stopped: Promise<unknown> | undefined;
  assert.equal(await stage.done, undefined);
  assert.deepEqual(log, [0, 1, 2, "closed"]);
  assert.equal(await stopped, undefined);
});

Deno.test("runInBackground() gives the result of a stage that was stopped too late", async () => {
  const stage = runInBackground(count(1));
  await stage.done;
  assert.equal(await stage.stop(), "counted");
});

Deno.test("runInBackground() passes on what a stage throws", async () => {
  // deno-lint-ignore require-yield
  async function* fail(): AsyncGenerator<number, void> {
    await Promise.resolve();
    throw new RangeError("no more");
  }
  const stage = runInBackground(fail());
  await assert.rejects(stage.done, { name: "RangeError", message: "no more" });
  await assert.rejects(stage.stop(), { name: "RangeError" });
});

Deno.test("runInBackground() closes a stage whose events cannot be shown", async () => {
  const log: unknown[] = [];
  const { done } = runInBackground(count(9, log), () => {
    throw new RangeError("no screen");
  });
  await assert.rejects(done, { message: "no screen" });
  assert.deepEqual(log, [0, "closed"]);
});
