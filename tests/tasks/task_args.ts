import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the project. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const { tasks } = JSON.parse(
  Deno.readTextFileSync(join(ROOT, "deno.json")),
) as { tasks: Record<string, { command: string }> };

/** Arguments of `deno` that `deno task TASK FLAGS` stands for, without its shell: half a second less. */
export function argsOfTask(task: string, flags: readonly string[]): string[] {
  const [program, ...args] = tasks[task]!.command.split(" ");
  if (program !== "deno") throw new Error(`deno task ${task} is no program`);
  return [...args, ...flags];
}
