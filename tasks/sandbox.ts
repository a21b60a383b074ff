/** `deno task sandbox`: the task `test` with no more permissions than its flags need. */
import { join } from "node:path";
import { nameRun, resolveRunOptions } from "../mod.ts";
import { followFlags } from "./_run.ts";
import {
  formatCommand,
  formatGrants,
  listDenoArgs,
} from "./_sandbox_command.ts";
import { checkLinks, findGrants } from "./_sandbox_grants.ts";
import { runDeno } from "./_sandbox_process.ts";
import { TEST_SPEC } from "./_test_spec.ts";

await followFlags({
  ...TEST_SPEC,
  name: "sandbox",
  description:
    "Evaluates as `deno task test` does, for a model or data that you do not trust: with read access to what the flags name, write access to the folder of the results, and nothing else. Prints the command that does so.",
  checks: [
    ...TEST_SPEC.checks ?? [],
    ({ engine }) =>
      engine.engine === "native"
        ? [
          "--engine native is machine code, which Deno cannot hold: take wasm or webgpu",
        ]
        : [],
  ],
}, async ({ options }) => {
  const { evaluate, run } = options;
  const output = evaluate.output ??
    join(resolveRunOptions(run).runsPath, nameRun("sandbox", new Date()));
  const place = evaluate.output === undefined ? ["--output", output] : [];
  const grants = await findGrants(options, output);
  const args = listDenoArgs(grants, [...Deno.args, ...place]);
  console.error(`${formatGrants(grants)}\n\n${formatCommand(args)}\n`);
  await checkLinks(grants);
  Deno.exit(await runDeno(args));
});
