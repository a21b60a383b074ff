/**
 * What is in a folder.
 *
 * @module
 */

/** Names that an error lists. */
const MAX_NAMES = 8;

/** Whether a path, or what it links to, is a folder. A missing one is not. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}

/** Says in one phrase what a folder holds, for the fix of an error. */
export async function describeFolder(folder: string): Promise<string> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    const names = entries.filter((entry) => !entry.name.startsWith("."))
      .map((entry) => entry.isDirectory ? `${entry.name}/` : entry.name)
      .sort();
    const shown = names.slice(0, MAX_NAMES).join(", ") || "nothing";
    const more = names.length - MAX_NAMES;
    return `${folder} holds ${shown}${more > 0 ? ` and ${more} more` : ""}`;
  } catch {
    return `there is no folder ${folder}`;
  }
}
