/**
 * Names of images: their paths from a folder on.
 *
 * @module
 */
import { dirname, relative, sep } from "node:path";
import { OptionsError } from "./errors.ts";

/** The innermost folder that all of some files are in. */
export function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? "");
  for (const path of paths) {
    while (isOutside(relative(folder, path))) folder = dirname(folder);
  }
  return folder;
}

/**
 * The path of an image from a folder on, with `/`.
 *
 * @throws {OptionsError} If it is not in that folder.
 */
export function nameFrom(root: string, path: string): string {
  const name = relative(root, path);
  if (isOutside(name)) {
    throw new OptionsError("Cannot name an image from a folder it is not in", {
      where: `${path}, from ${root} on`,
      fix: "choose a folder that all images are in",
    });
  }
  return sep === "/" ? name : name.replaceAll(sep, "/");
}

function isOutside(name: string): boolean {
  return name === "" || name === ".." || name.startsWith(`..${sep}`);
}
