/**
 * One command of a page, run as a reader would.
 *
 * @module
 */
import { delimiter, dirname, join } from "node:path";

/** What a command came to. */
export interface CommandOutcome {
  code: number;
  out: string;
  err: string;
  /** Files that it wrote, from the folder that it ran in, without those of the project. */
  written: string[];
}

/** Runs a command in a folder, in a shell. */
export async function runPageCommand(
  world: string,
  command: string,
): Promise<CommandOutcome> {
  const before = new Set(await stampFiles(world));
  const limit = AbortSignal.timeout(LIMIT_MS);
  const { code, stdout, stderr } = await startPageCommand(world, command, limit)
    .output();
  const written = (await stampFiles(world))
    .filter((stamped) => !before.has(stamped))
    .map((stamped) => stamped.slice(stamped.indexOf(" ") + 1));
  const decoder = new TextDecoder();
  return {
    code,
    out: decoder.decode(stdout),
    err: decoder.decode(stderr),
    written,
  };
}

/** A command that takes longer hangs: it is ended, and what it said until then is its outcome. */
const LIMIT_MS = 150_000;

/** Starts a command in a folder, in a shell in which `deno` is the one that runs this. */
export function startPageCommand(
  world: string,
  command: string,
  signal?: AbortSignal,
): Deno.ChildProcess {
  const path = [dirname(Deno.execPath()), Deno.env.get("PATH")].join(delimiter);
  return new Deno.Command("bash", {
    args: ["-c", `exec ${command}`],
    cwd: world,
    stdin: "null",
    ...(signal && { signal }),
    stdout: "piped",
    stderr: "piped",
    env: {
      NO_COLOR: "1",
      PATH: path,
      JUPYTER_DATA_DIR: join(world, "jupyter"),
    },
  }).spawn();
}

/** The project itself, and links. */
const PASSED_OVER = new Set(["lib", "tasks", "node_modules", "tests"]);

/** Every file as `<time of change> <path>`. */
async function stampFiles(world: string, folder = ""): Promise<string[]> {
  const stamped: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(world, folder))) {
    if (folder === "" && PASSED_OVER.has(name)) continue;
    const path = join(folder, name);
    if (isDirectory) stamped.push(...await stampFiles(world, path));
    else {
      const { mtime, ino } = await Deno.stat(join(world, path));
      stamped.push(`${mtime!.getTime()}:${ino} ${path}`);
    }
  }
  return stamped;
}
