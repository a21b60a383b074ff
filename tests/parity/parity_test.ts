import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  type Engine,
  ENGINE_NAMES,
  type EngineName,
} from "../../lib/engine/engine.ts";
import { startEngine } from "../../lib/engine/start_engine.ts";
import { type CaseFile, listGoldenCases } from "../../lib/parity/list_cases.ts";
import {
  needsEngine,
  type ParityRow,
  runCase,
} from "../../lib/parity/run_case.ts";
import { inGpuTurn } from "../engine/gpu_turn.ts";
import { MISSING } from "../engine/test_each_engine.ts";

/** The small cases, which are stored with the project. */
const STORED = await listCases("../golden");
/** All cases, of which the stored ones are left out. */
const SHARED = await listCases("../../../shared/golden");

async function listCases(place: string): Promise<CaseFile[]> {
  const folder = fileURLToPath(new URL(place, import.meta.url));
  return await listGoldenCases(folder).catch(() => []);
}

/** Engine of the tests that are running; started once for all cases on it. */
let started: Engine | undefined;

async function useEngine(name: EngineName): Promise<Engine> {
  if (started?.name === name) return started;
  await started?.dispose();
  started = await startEngine({ engine: name });
  return started;
}

function assertPasses({ verdict, reason, quantities }: ParityRow): void {
  const failing = quantities.filter((quantity) => quantity.verdict === "fail");
  assert.deepEqual({ reason, failing }, { reason: undefined, failing: [] });
  assert.equal(verdict, "pass");
  assert.ok(quantities.length > 0);
}

/** Some cases are inputs of others, and nothing else. */
function assertPassesOrFeeds(row: ParityRow): void {
  if (row.verdict === "skipped") assert.match(row.reason!, /^inputs of other/);
  else assertPasses(row);
}

Deno.test("listGoldenCases() finds every kind of case that is stored", () => {
  const folders = STORED.map(({ name }) => name.split("/")[0]);
  assert.deepEqual([...new Set(folders)], [
    "a_netvlad",
    "b_encoder",
    "b_jpeg",
    "c_triplet",
    "d_optim",
    "e_train",
    "f_cgd",
    "f_pooling",
    "g_pca",
    "h_mining",
    "h_recall",
    "k_dataset",
  ]);
});

/** Whether each is computed on an engine. */
const computed = await Array.fromAsync(STORED, needsEngine);

for (const file of STORED.filter((_, i) => !computed[i])) {
  Deno.test(`runCase() passes ${file.name}, or says that others need it`, async () =>
    assertPassesOrFeeds(await runCase(file)));
}

for (const engine of ENGINE_NAMES) {
  for (const file of STORED.filter((_, i) => computed[i])) {
    Deno.test({
      name: `runCase() passes ${file.name} on ${engine}${MISSING[engine]}`,
      ignore: MISSING[engine] !== "",
      sanitizeResources: false,
      sanitizeOps: false,
      fn: async () => {
        const run = async (): Promise<ParityRow> =>
          runCase(file, await useEngine(engine));
        assertPasses(await (engine === "webgpu" ? inGpuTurn(run) : run()));
      },
    });
  }
}

const storedNames = new Set(STORED.map(({ name }) => name));
const rest = SHARED.filter(({ name }) => !storedNames.has(name));
for (const file of rest) {
  Deno.test({
    name:
      `runCase() passes ${file.name} of ../shared/golden on wasm, or says that others need it`,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      assertPassesOrFeeds(await runCase(file, await useEngine("wasm")));
    },
  });
}
if (rest.length === 0) {
  Deno.test({
    name: "runCase() passes the large cases (skipped: no ../shared/golden)",
    ignore: true,
    fn: () => {},
  });
}
