import assert from "node:assert/strict";
import { drain } from "../../lib/progress.ts";
import type { Diagnosis } from "../../lib/doctor/doctor.ts";
import { runDoctor } from "../../lib/doctor/doctor.ts";
import { estimateStages } from "../../lib/doctor/estimate_stages.ts";
import type { EstimatePlan } from "../../lib/doctor/stage_costs.ts";
import { evaluateModel } from "../../lib/evaluate/evaluate.ts";
import { createModel } from "../../lib/model/create_model.ts";
import { resolveModelOptions } from "../../lib/model/options.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity, tinyCity } from "../tiny_city.ts";
import { listTroubles } from "./make_places.ts";

const MODEL = { arch: "alexnet", numClusters: 8, widthDivisor: 2 } as const;
const RESIZE = { width: 160, height: 120 };

const PITTSBURGH: EstimatePlan = {
  splits: [
    { split: "train", database: 10_000, queries: 7416, isOne: false },
    { split: "val", database: 10_000, queries: 7608, isOne: false },
  ],
  model: resolveModelOptions(),
  size: { width: 640, height: 480 },
  engines: [{
    name: "wasm",
    device: "",
    speed: {
      measuredOn: RESIZE,
      frozen: 100e9,
      trained: 50e9,
      gradients: 20e9,
      products: 100e9,
    },
    flops: { frozen: 155e9, trained: 33e9, head: 0.2e9 },
  }],
  decodeRate: 100,
};

Deno.test("estimateStages() knows the sizes of Pittsburgh 30k with VGG-16 and NetVLAD", () => {
  const stages = estimateStages(PITTSBURGH);
  assert.deepEqual(stages.map(({ stage }) => stage), [
    "cluster",
    "train, first epoch",
    "train, later epoch",
    "test (val)",
  ]);
  const [cluster, first, later, test] = stages;
  assert.equal(cluster?.diskBytes, 4 * 512 * (50_000 + 64));
  assert.equal(test?.diskBytes, 4 * 17_608 * 64 * 512);
  const weights = 4 * 14_714_688; // of torchvision's VGG-16 features
  assert.ok(first!.diskBytes > 8e9 + 2 * weights + test.diskBytes);
  assert.ok(first!.diskBytes < 8.4e9 + 2 * weights + test.diskBytes);
  assert.ok(test.memoryBytes > 1e9 && test.memoryBytes < 3e9);
  const describe = 17_608 * 1.892;
  assert.ok(test.seconds.wasm! > describe);
  assert.ok(test.seconds.wasm! < 1.1 * describe);
  assert.ok(later!.seconds.wasm! < first!.seconds.wasm!);
});

Deno.test("estimateStages() grows in proportion to images and speed", () => {
  const [once] = estimateStages({
    ...PITTSBURGH,
    splits: [{ split: "test", database: 100, queries: 1, isOne: true }],
    decodeRate: Infinity,
  });
  const [twice] = estimateStages({
    ...PITTSBURGH,
    splits: [{ split: "test", database: 200, queries: 1, isOne: true }],
    decodeRate: Infinity,
  });
  const ratio = twice!.seconds.wasm! / once!.seconds.wasm!;
  assert.ok(Math.abs(ratio - 2) < 1e-9);
  assert.equal(twice!.diskBytes, 2 * once!.diskBytes);
  const max = { ...PITTSBURGH.model, pooling: "max" } as const;
  const stages = estimateStages({ ...PITTSBURGH, model: max });
  assert.ok(!stages.some(({ stage }) => stage === "cluster"));
});

/** Others may use the machine in between, and the tiny city is over in a second. */
const TIME_FACTOR = 30;

Deno.test("runDoctor() estimates an evaluation of the tiny city in the right order of magnitude", () =>
  inFolder(async (folder) => {
    const dataPath = await tinyCity();
    const images = { resize: RESIZE, threads: 1 };
    const diagnosis: Diagnosis = await drain(runDoctor({
      dataset: { dataPath, split: "test" },
      images,
      model: MODEL,
      engine: { engine: "wasm" },
      run: { runsPath: folder },
      now: () => performance.now(),
    }));
    assert.deepEqual(listTroubles(diagnosis.findings), []);
    const [estimate] = diagnosis.stages;
    assert.equal(estimate?.stage, "test (test)");

    const dataset = await readTinyCity("test");
    const model = await createModel(MODEL, { engine: "wasm" });
    const start = performance.now();
    await drain(evaluateModel(model, dataset, { images }));
    const seconds = (performance.now() - start) / 1000;
    await model.dispose();
    const ratio = estimate.seconds.wasm! / seconds;
    assert.ok(ratio > 1 / TIME_FACTOR && ratio < TIME_FACTOR, `${ratio}`);
    assert.equal(estimate.diskBytes, 4 * 25 * model.descriptorLength);
    const memory = Deno.memoryUsage().rss;
    assert.ok(estimate.memoryBytes > memory / 4, `${memory}`);
    assert.ok(estimate.memoryBytes < memory * 4, `${memory}`);
  }));

Deno.test("runDoctor() fails images that are too small for the network, and goes on", () =>
  inFolder(async (folder) => {
    const { findings, engines } = await drain(runDoctor({
      dataset: { dataPath: await tinyCity(), split: "test" },
      images: { threads: 1, resize: { width: 20, height: 20 } },
      model: { arch: "alexnet", widthDivisor: 8 },
      engine: { engine: "wasm" },
      run: { runsPath: folder },
      now: () => performance.now(),
    }));
    assert.deepEqual(listTroubles(findings), ["fails image sizes"]);
    assert.ok(engines[0]?.speed);
  }));

Deno.test("runDoctor() throws where options are wrong", async () => {
  const now = (): number => 0;
  await assert.rejects(
    () => drain(runDoctor({ now, dataset: { dataset: "utm" } })),
    { name: "OptionsError", where: "dataPath is missing, utm needs it" },
  );
});
