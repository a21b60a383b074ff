import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { makeRunnable, NOT_RUN } from "./not_run.ts";
import {
  listCommands,
  listInlineCommands,
  type PageCommand,
  PAGES,
  taskOf,
} from "./pages.ts";
import { checkPromises, checkShown } from "./promises.ts";
import { runPageCommand } from "./run_page_command.ts";
import { visitExplorer } from "./visit_explorer.ts";
import { makeWorld } from "./world.ts";

const COMMANDS = PAGES.flatMap(listCommands);
const RUN = COMMANDS.filter(({ command }) => !NOT_RUN.has(command));

Deno.test("the commands of README.md and docs do what the pages say", (test) =>
  inFolder(async (world) => {
    await makeWorld(world);
    for (const [command, shown] of groupByCommand(RUN)) {
      await test.step(command, async () => {
        if (taskOf(command) === "explore") return visitExplorer(world, command);
        const outcome = await runPageCommand(world, makeRunnable(command));
        checkPromises(taskOf(command) ?? "", command, outcome);
        for (const { output } of shown) {
          if (output !== undefined) checkShown(output, outcome);
        }
        await nameRuns(world, outcome.written);
      });
    }
  }));

/** Each command once, in the order of the pages, with every place where it stands. */
function groupByCommand(
  commands: readonly PageCommand[],
): Map<string, PageCommand[]> {
  return Map.groupBy(commands, ({ command }) => command);
}

const RUN_NAME = /(\w{3}\d\d_\d\d-\d\d-\d\d)_(\w+)$/;

/** Runs that the pages name, by what is behind the time in their names. */
const NAMED_RUNS = new Map(
  COMMANDS.flatMap(({ command }) =>
    command.split(" ").filter((word) => RUN_NAME.test(word))
  ).map((run) => [join(dirname(run), run.match(RUN_NAME)![2]!), run]),
);

/** Gives a run that a command made the name under which the pages go on with it. */
async function nameRuns(
  world: string,
  written: readonly string[],
): Promise<void> {
  const flags = written.filter((path) => basename(path) === "flags.json");
  for (const run of flags.map(dirname)) {
    const kind = run.match(RUN_NAME)?.[2];
    const name = NAMED_RUNS.get(join(dirname(run), kind ?? ""));
    if (kind === undefined || name === undefined) continue;
    const isTaken = await Deno.stat(join(world, name))
      .then(() => true, () => false);
    if (!isTaken) await Deno.rename(join(world, run), join(world, name));
  }
}

Deno.test("the commands that are not run are in the pages", () => {
  const there = new Set(
    [...COMMANDS, ...PAGES.flatMap(listInlineCommands)]
      .map(({ command }) => command),
  );
  assert.deepEqual(
    [...NOT_RUN.keys()].filter((command) => !there.has(command)),
    [],
  );
});

Deno.test("commands in a sentence are run somewhere too, or listed", () => {
  const tasks = new Set(COMMANDS.map(({ command }) => taskOf(command)));
  const untried = PAGES.flatMap(listInlineCommands)
    .filter(({ command }) => !NOT_RUN.has(command))
    .filter(({ command }) => {
      const task = taskOf(command);
      return task === undefined ? !command.includes("…") : !tasks.has(task);
    })
    .map(({ file, command }) => `${file}: ${command}`);
  assert.deepEqual(untried, []);
});
