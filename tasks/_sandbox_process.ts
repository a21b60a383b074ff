/**
 * Deno as a program of its own.
 *
 * @module
 */
import { describeCause, VprError } from "../mod.ts";

/**
 * Runs Deno to its end, with the output of this program and nothing to read.
 * What asks this program to stop asks the other one.
 *
 * @returns Its exit code.
 * @throws {VprError} If it cannot be started.
 */
export async function runDeno(args: string[]): Promise<number> {
  const child = startDeno(args);
  const onInterrupt = (): void => {
    if (!hasTerminal()) child.kill("SIGINT");
  };
  const onEnd = (): void => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", onInterrupt);
  Deno.addSignalListener("SIGTERM", onEnd);
  try {
    return (await child.status).code;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
    Deno.removeSignalListener("SIGTERM", onEnd);
  }
}

function startDeno(args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("deno", {
      args,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (cause) {
    throw new VprError("Cannot start Deno", {
      where: `deno (${describeCause(cause)})`,
      fix: "add the folder of the program deno to PATH",
      cause,
    });
  }
}

/** Whether Ctrl-C can be pressed, which reaches both programs. */
function hasTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) =>
    stream.isTerminal()
  );
}
