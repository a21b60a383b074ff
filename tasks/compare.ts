/** `deno task compare RUN_A RUN_B`: which of two models finds more, query by query. */
import { compareEvaluations, writeComparisonPlot } from "../mod.ts";
import { formatComparison, readBoth } from "./_comparison.ts";
import { RANDOM_FLAGS } from "./_flags.ts";
import { BOOTSTRAP_FLAGS, COMPARISON_FLAGS } from "./_flags_compare.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "compare",
  description:
    "Compares two evaluations of the same queries: folders that deno task test wrote, or runs that have one. Prints Recall@N of both, their difference with a bootstrap interval, how many queries only one gets right, and the p-value of the exact McNemar test.",
  positionals: ["RUN_A", "RUN_B"],
  groups: {
    bootstrap: BOOTSTRAP_FLAGS,
    comparison: COMPARISON_FLAGS,
    random: RANDOM_FLAGS,
  },
}, async (run) => {
  const [first = "", second = ""] = run.positionals;
  const { bootstrap, comparison: { output }, random } = run.options;
  const runs = await readBoth(first, second);
  const comparison = compareEvaluations(runs, { ...bootstrap, ...random });
  for (const line of formatComparison(runs, comparison)) run.say(line);
  if (output !== undefined) {
    const titles = { a: `A: ${first}`, b: `B: ${second}` };
    await writeComparisonPlot(output, comparison, titles);
    run.say(`plot: ${output}`);
  }
  return {
    a: runs.a.folder,
    b: runs.b.folder,
    ...comparison,
    ...(output !== undefined && { plot: output }),
  };
});
