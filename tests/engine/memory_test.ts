import assert from "node:assert/strict";
import { createMemoryWatch } from "../../lib/engine/memory.ts";

const MB = 1 << 20;

Deno.test("createMemoryWatch() sees memory that is held, and still when it is not", () => {
  const watch = createMemoryWatch();
  const before = watch.peakBytes();
  let held: Uint8Array | undefined = new Uint8Array(200 * MB).fill(1);
  watch.sample();
  assert.equal(held.length, 200 * MB);
  held = undefined;
  const after = watch.peakBytes();
  assert.ok(after - before > 100 * MB, `${before} then ${after}`);
  assert.ok(watch.peakBytes() >= after);
});

Deno.test("createMemoryWatch() does not count what the process that started it held", async () => {
  const held = new Uint8Array(400 * MB).fill(1);
  const module = new URL("../../lib/engine/memory.ts", import.meta.url);
  const script = `import { createMemoryWatch } from "${module}";
    console.log(createMemoryWatch().peakBytes());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
  }).output();
  const peakBytes = Number(new TextDecoder().decode(stdout));
  assert.equal(held.length, 400 * MB);
  assert.ok(peakBytes > 10 * MB && peakBytes < 300 * MB, `${peakBytes}`);
});
