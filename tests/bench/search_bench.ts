import { startEngine } from "../../lib/engine/start_engine.ts";
import { drain } from "../../lib/progress.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import { searchExact } from "../../lib/search/exact.ts";
import { makeNumbers } from "./make_numbers.ts";

const engine = await startEngine({ engine: "wasm" });

/** A database of the size of Pittsburgh 30k's validation split, of shorter descriptors. */
const [M, Q] = [10_000, 200];

for (const F of [512, 4096]) {
  const database = rowsInMemory(makeNumbers(M * F, 1), F);
  const queries = rowsInMemory(makeNumbers(Q * F, 2), F);
  Deno.bench({
    name: `searchExact() 10 000 x 200, F=${F}, 20 predictions`,
    group: "search",
    baseline: F === 512,
    n: 3,
    warmup: 1,
    fn: async () => {
      await drain(searchExact(engine, database, queries, { count: 20 }));
    },
  });
}
