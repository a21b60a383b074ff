/** `deno task parity DIR`: the same numbers as the reference systems, case by case. */
import { formatParity, runParity } from "../mod.ts";
import { PARITY_FLAGS } from "./_flags_parity.ts";
import { runTask } from "./_run.ts";
import { readVersions } from "./_versions.ts";

/** The cases that are stored with the project. */
const STORED = "tests/golden";

await runTask({
  name: "parity",
  description:
    `Compares what is computed here with a folder of golden cases of the reference systems (${STORED} if none is given), each at its own tolerance, and prints a table. Fails if a case does.`,
  groups: { parity: PARITY_FLAGS },
  positionals: ["[DIR]"],
}, async (run) => {
  const [folder = STORED] = run.positionals;
  const versions = await readVersions();
  const date = new Date().toISOString().slice(0, 10);
  const facts = [
    date,
    Object.entries(versions).map((entry) => entry.join(" ")).join(", "),
  ];
  const result = await run.show(
    runParity(folder, { ...run.options.parity, facts }),
  );
  for (const line of formatParity(result)) run.say(line);
  const { pass, fail } = result.counts;
  if (fail > 0 || pass === 0) Deno.exitCode = 1;
  return { ...result, date, versions };
});
