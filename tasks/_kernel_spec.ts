/**
 * Kernels that Jupyter and VS Code find, of this Deno and for this project.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VprError } from "../mod.ts";

/** A kernel as Jupyter knows it. */
export interface KernelSpec {
  argv: readonly string[];
  "display_name": string;
  language: string;
}

/** The notebooks' folder, in which the configuration of the project is found. */
export const NOTEBOOKS = fileURLToPath(
  new URL("../notebooks", import.meta.url),
);

/** Environment variables by name, as far as they are set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder that Jupyter looks for a person's kernels in.
 *
 * @param os As `Deno.build.os` says.
 * @throws {VprError} If the environment names no home.
 *
 * Source: jupyter_core, `paths.py`, `jupyter_data_dir`.
 */
export function jupyterFolder(os: string, env: Environment): string {
  const { JUPYTER_DATA_DIR, HOME, APPDATA, XDG_DATA_HOME } = env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (os === "windows" && APPDATA) return join(APPDATA, "jupyter");
  if (os === "darwin" && HOME) return join(HOME, "Library", "Jupyter");
  if (XDG_DATA_HOME) return join(XDG_DATA_HOME, "jupyter");
  if (HOME) return join(HOME, ".local", "share", "jupyter");
  throw new VprError("Cannot find the folder of Jupyter's kernels", {
    where: "the environment, which names no home",
    fix: "set JUPYTER_DATA_DIR; `jupyter --data-dir` says to what",
  });
}

/** A kernel that starts in the folder of its notebook and has the configuration that is found there. */
export function describeKernel(deno: string): KernelSpec {
  return {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    "display_name": "Deno",
    language: "typescript",
  };
}

/** A kernel that starts in a folder, wherever its notebook is. */
export function describeKernelIn(folder: string, deno: string): KernelSpec {
  const start = 'cd "$0" && exec "$1" jupyter --kernel --conn "$2"';
  return {
    argv: ["sh", "-c", start, folder, deno, "{connection_file}"],
    "display_name": "Whereabouts (Deno)",
    language: "typescript",
  };
}

/**
 * Writes a kernel. One of the same name that can be started stays, unless it is to be replaced.
 *
 * @param folder Jupyter's folder.
 * @returns Where it is, and whether it was written now.
 * @throws {VprError} If it cannot be written.
 */
export async function writeKernel(
  folder: string,
  name: string,
  { spec, replace }: { spec: KernelSpec; replace: boolean },
): Promise<{ path: string; isNew: boolean }> {
  const path = join(folder, "kernels", name);
  const file = join(path, "kernel.json");
  if (!replace && await canStart(file)) return { path, isNew: false };
  try {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(file, JSON.stringify(spec, null, 2) + "\n");
  } catch (cause) {
    throw new VprError("Cannot write a kernel for Jupyter", {
      where: `${file} (${cause instanceof Error ? cause.message : cause})`,
      fix: "set JUPYTER_DATA_DIR to a folder that can be written",
      cause,
    });
  }
  return { path, isNew: true };
}

/** Whether a kernel is there, and its program, if that is a path, too. */
async function canStart(file: string): Promise<boolean> {
  try {
    const [program] = JSON.parse(await Deno.readTextFile(file)).argv;
    return !isAbsolute(program) || (await Deno.stat(program)).isFile;
  } catch {
    return false;
  }
}
