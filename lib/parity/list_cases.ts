/**
 * Finding the golden cases of a folder.
 *
 * @module
 */
import { basename, join, relative } from "node:path";
import { DatasetError, describeCause } from "../errors.ts";
import { EXPECTED_FILE } from "./check_mat.ts";
import { readCaseNotes } from "./golden_case.ts";

/** Where a golden case is. */
export interface CaseFile {
  /** As it calls itself; its place in the folder where it cannot be read. */
  name: string;
  /** Path without `.json` and `.h5`; the folder itself for `.mat` files. */
  path: string;
  /** Whether it is a folder of `.mat` files beside what they should hold. */
  isMatFolder: boolean;
}

/**
 * Lists the cases in a folder and those below it, in the order of their paths:
 * every NAME.json beside a NAME.h5, what has only one of the two, and every folder
 * of `.mat` files with an `expected.json`. Other files are passed over.
 *
 * @throws {DatasetError} If the folder cannot be read.
 */
export async function listGoldenCases(folder: string): Promise<CaseFile[]> {
  const files = await listFiles(folder, new Set());
  const paths = new Set(
    files.filter((file) => /\.(json|h5)$/.test(file))
      .map((file) => file.replace(/\.\w+$/, "")),
  );
  const present = new Set(files);
  const cases: CaseFile[] = [];
  for (const path of [...paths].sort()) {
    const hasNumbers = present.has(`${path}.h5`);
    const notes = await readCaseNotes(path).catch(() => undefined);
    const place = relative(folder, path);
    if (hasNumbers || notes !== undefined) {
      cases.push({ name: notes?.case ?? place, path, isMatFolder: false });
    } else if (`${basename(path)}.json` === EXPECTED_FILE) {
      const matFolder = join(path, "..");
      const isOne = files.some((file) =>
        file.startsWith(`${matFolder}/`) && file.endsWith(".mat")
      );
      const name = relative(folder, matFolder);
      if (isOne) cases.push({ name, path: matFolder, isMatFolder: true });
    }
  }
  return cases;
}

/** All files below a folder; one that is linked from inside itself is read once. */
async function listFiles(
  folder: string,
  seen: Set<string>,
): Promise<string[]> {
  try {
    const real = await Deno.realPath(folder);
    if (seen.has(real)) return [];
    seen.add(real);
    const files: string[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      const path = join(folder, name);
      const { isDirectory } = await Deno.stat(path);
      files.push(...isDirectory ? await listFiles(path, seen) : [path]);
    }
    return files;
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw new DatasetError("Cannot list golden cases", {
      where: `${folder} (${describeCause(cause)})`,
      fix: "give a folder of cases, NAME.json beside NAME.h5",
      cause,
    });
  }
}
