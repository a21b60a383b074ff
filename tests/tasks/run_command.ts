import { argsOfTask, ROOT } from "./task_args.ts";

/** What a command came to. */
export interface CommandEnd {
  code: number;
  out: string;
  err: string;
}

/** Runs a task with the permissions that it has for everyone. */
export async function runCommand(
  task: string,
  ...args: string[]
): Promise<CommandEnd> {
  const command = new Deno.Command(Deno.execPath(), {
    args: argsOfTask(task, args),
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Runs a command that must succeed with `--json`, and returns its object. */
export async function runForJson(
  task: string,
  ...args: string[]
  // deno-lint-ignore no-explicit-any
): Promise<{ json: any; err: string }> {
  const { code, out, err } = await runCommand(task, ...args, "--json");
  if (code !== 0) {
    throw new Error(`deno task ${task} ended with ${code}:\n${err}`);
  }
  return { json: JSON.parse(out), err };
}
