/** Writes empty image files and texts, which is all that adapters look at, in a folder of their own. */
import { dirname, join } from "node:path";

/**
 * Runs `use` in a temporary folder with these files, and removes it.
 *
 * @param files Text of each file by its path; an array of paths for empty files.
 */
export async function withFiles(
  files: readonly string[] | Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const texts = Array.isArray(files)
    ? files.map((path) => [path, ""] as const)
    : Object.entries(files);
  try {
    for (const [path, text] of texts) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
