/** `deno task notebooks`: runs notebooks in the real Deno kernel, and fails on any error in them. */
import { NOTEBOOK_FLAGS } from "./_flags_notebooks.ts";
import {
  findNotebooks,
  formatNotebook,
  type NotebookEvent,
  type NotebookResult,
  runNotebooks,
} from "./_notebooks.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "notebooks",
  description:
    "Runs notebooks in the real Deno kernel, every cell from top to bottom: all of the project, or those that are named. Fails if a cell does. Needs Python with jupyter_client.",
  groups: { notebooks: NOTEBOOK_FLAGS },
  positionals: ["[NOTEBOOK...]"],
}, async (run) => {
  const paths = findNotebooks(run.positionals);
  const { notebooks: options } = run.options;
  const results = await run.show<NotebookEvent, NotebookResult[]>(
    runNotebooks(paths, options),
    formatNotebook,
  );
  const failed = results.filter(({ failure }) => failure !== null).length;
  run.say(`${results.length - failed} of ${results.length} notebooks ran`);
  if (options.output) run.say(`copies with outputs: ${options.output}`);
  if (failed > 0) Deno.exitCode = 1;
  return { notebooks: results };
});
