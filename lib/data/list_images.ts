/**
 * Lists of image files: of a folder, or from a text file.
 *
 * @module
 */
import { dirname, isAbsolute, join } from "node:path";
import { DatasetError, describeCause } from "../errors.ts";
import { describeFolder, isFolder } from "../folders.ts";

const IMAGE_NAME = /^[^.].*\.(jpe?g|png|webp)$/i;

/** How a folder is listed. */
export interface ListImagesOptions {
  /** Whether folders inside the folder are listed too; false if left out. */
  recursive?: boolean;
}

/**
 * Lists the JPEG, PNG and WebP files of a folder. Hidden files and folders are
 * passed over, links are followed, each folder is listed once.
 *
 * @returns Paths that start with `folder`, in the order of their UTF-16 code units.
 * @throws {DatasetError} If the folder is missing or has no images.
 */
export async function listImages(
  folder: string,
  { recursive = false }: ListImagesOptions = {},
): Promise<string[]> {
  const paths: string[] = [];
  try {
    await collectImages(folder, recursive, new Set(), paths);
  } catch (cause) {
    throw new DatasetError("Cannot list images", {
      where: `${folder} (${describeCause(cause)})`,
      fix: `give a folder that can be read; ${await describeFolder(
        dirname(folder),
      )}`,
      cause,
    });
  }
  if (paths.length === 0) {
    throw new DatasetError("Cannot find any images", {
      where: folder,
      fix:
        `give a folder with .jpg, .png or .webp files; ${await describeFolder(
          folder,
        )}`,
    });
  }
  return paths.sort();
}

async function collectImages(
  folder: string,
  recursive: boolean,
  seen: Set<string>,
  paths: string[],
): Promise<void> {
  const real = await Deno.realPath(folder);
  if (seen.has(real)) return;
  seen.add(real);
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory || (entry.isSymlink && await isFolder(path))) {
      if (recursive) await collectImages(path, recursive, seen, paths);
    } else if (IMAGE_NAME.test(entry.name)) {
      paths.push(path);
    }
  }
}

/**
 * Reads a text file of one image path per line; empty lines are passed over.
 *
 * @param file The list, UTF-8.
 * @param folder Folder that relative paths start from; that of the list if left out.
 * @returns The paths in their order.
 * @throws {DatasetError} If the list is missing or empty.
 */
export async function readImageList(
  file: string,
  folder: string = dirname(file),
): Promise<string[]> {
  const text = await readTextOf(file, "a list of images");
  if (text.includes("\0")) {
    throw new DatasetError("Cannot use a binary file as a list of images", {
      where: file,
      fix: "give a folder of images, or a text file of one image path per line",
    });
  }
  const names = text.split(/\r?\n/).map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length === 0) {
    throw new DatasetError("Cannot use an empty list of images", {
      where: file,
      fix: "write one image path per line",
    });
  }
  return names.map((name) => locateImage(folder, name));
}

/** The path of an image that is named in a list: absolute, or under a folder. */
export function locateImage(folder: string, name: string): string {
  return isAbsolute(name) ? name : join(folder, name);
}

/**
 * Reads a text file, without the byte order mark that it may start with.
 *
 * @param what What it is, for the error.
 * @throws {DatasetError} If it cannot be read.
 */
export async function readTextOf(file: string, what: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).replace(/^\ufeff/, "");
  } catch (cause) {
    throw new DatasetError(`Cannot open ${what}`, {
      where: `${file} (${describeCause(cause)})`,
      fix: `give a text file that can be read; ${await describeFolder(
        dirname(file),
      )}`,
      cause,
    });
  }
}
