/**
 * Measures the fit of a whitening, by default of 32768 values to 4096 from 10000 descriptors:
 *
 *     deno run -A tests/bench/whiten.ts [--engine=wasm] [--images=10000] [--from=32768] [--to=4096]
 */
import { join } from "node:path";
import process from "node:process";
import { startEngine } from "../../lib/engine/start_engine.ts";
import type { EngineName } from "../../lib/engine/engine.ts";
import { createRandom } from "../../lib/random.ts";
import {
  createDescriptorFile,
  type DescriptorFile,
} from "../../lib/search/descriptor_file.ts";
import { fitWhitening } from "../../lib/whiten/fit_whitening.ts";

const given = new Map(
  Deno.args.map((arg) => arg.replace(/^--/, "").split("=") as [string, string]),
);
const engineName = (given.get("engine") ?? "wasm") as EngineName;
const numImages = Number(given.get("images") ?? 10_000);
const F = Number(given.get("from") ?? 32_768);
const length = Number(given.get("to") ?? 4096);

/** Descriptors of unit length whose variance falls as 1/k along hidden directions; F is a power of 2. */
function writeDescriptors(file: DescriptorFile): void {
  const random = createRandom(1);
  const row = new Float32Array(F);
  for (let image = 0; image < numImages; image++) {
    let sum = 0;
    for (let k = 0; k < F; k++) {
      row[k] = (random.next() - 0.5) / Math.sqrt(1 + k);
      sum += row[k]! ** 2;
    }
    turn(row);
    const scale = 1 / Math.sqrt(sum * F);
    file.write(image, row.map((value) => value * scale));
  }
}

/** The Walsh-Hadamard transform: every hidden direction is spread over all values. */
function turn(row: Float32Array): void {
  for (let half = 1; half < row.length; half *= 2) {
    for (let start = 0; start < row.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [row[i]!, row[i + half]!];
        row[i] = a + b;
        row[i + half] = a - b;
      }
    }
  }
}

const seconds = (): number => performance.now() / 1000;
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const folder = await Deno.makeTempDir({ prefix: "bench-whiten-" });
try {
  const path = join(folder, "descriptors.f32");
  const file = createDescriptorFile(path, [numImages, F]);
  writeDescriptors(file);
  console.log(`${numImages} descriptors of ${F} values: ${path}`);
  const engine = await startEngine({ engine: engineName });
  const [start, cpuStart] = [seconds(), cpuSeconds()];
  let [phase, phaseStart, peakBytes] = ["", start, 0];
  const stage = fitWhitening(engine, file, { length });
  for (;;) {
    const { value, done } = await stage.next();
    peakBytes = Math.max(peakBytes, Deno.memoryUsage().rss);
    const next = done ? "" : value.kind === "progress" ? value.phase : phase;
    if (next !== phase) {
      const now = seconds();
      if (phase) console.log(`${phase}: ${(now - phaseStart).toFixed(1)} s`);
      [phase, phaseStart] = [next, now];
    }
    if (!done) continue;
    console.log(
      `${engineName}: ${(seconds() - start).toFixed(0)} s, ` +
        `${(cpuSeconds() - cpuStart).toFixed(0)} s of all cores, ` +
        `at most ${(peakBytes / 1e9).toFixed(2)} GB, ` +
        `variances ${value.variances[0]!.toExponential(3)} to ${
          value.variances[length - 1]!.toExponential(3)
        }, ${(100 * value.keptVariance).toFixed(2)} % kept`,
    );
    break;
  }
  file.close();
  await engine.dispose();
} finally {
  await Deno.remove(folder, { recursive: true });
}
