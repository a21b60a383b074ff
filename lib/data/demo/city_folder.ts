/**
 * The folder of a demo city: whole, or not there.
 *
 * @module
 */
import { DatasetError, describeCause } from "../../errors.ts";
import type { DemoCityOptions } from "./options.ts";

/** Raised whenever the same options give other photographs. */
const CITY_VERSION = 1;
/** Written into a folder first: it is ours, and may be deleted. */
const MARK_FILE = "demo-city.json";

/** What a demo city was made from: all options that its photographs depend on. */
export type CityIdentity =
  & { version: number }
  & Omit<DemoCityOptions, "workers">;

/** The identity of the city that some options give. */
export function identifyCity(
  { workers: _, ...options }: Readonly<DemoCityOptions>,
): CityIdentity {
  return { version: CITY_VERSION, ...options };
}

/** Whether the folder holds the whole city of this identity. */
export async function holdsCity(
  root: string,
  identity: CityIdentity,
): Promise<boolean> {
  return await readMark(root) === formatMark(identity);
}

/**
 * Makes a folder beside `root` for a city in the making.
 *
 * @param folders Folders to make in it.
 * @throws {DatasetError} If `root` holds something other than a demo city, or no folder can be made.
 */
export async function openBuildingSite(
  root: string,
  identity: CityIdentity,
  folders: Iterable<string>,
): Promise<string> {
  await checkReplaceable(root);
  const site = `${root}.partial`;
  try {
    await removeCity(site);
    await Deno.mkdir(site, { recursive: true });
    await Deno.writeTextFile(`${site}/${MARK_FILE}`, formatMark(identity));
    for (const folder of folders) {
      await Deno.mkdir(`${site}/${folder}`, { recursive: true });
    }
    return site;
  } catch (cause) {
    throw folderError(site, cause);
  }
}

/** Moves a finished city from its building site to `root`, in place of an earlier one. */
export async function openCity(site: string, root: string): Promise<void> {
  const earlier = `${root}.earlier`;
  try {
    await removeCity(earlier);
    if (await exists(root)) await Deno.rename(root, earlier);
    await Deno.rename(site, root);
    await removeCity(earlier);
  } catch (cause) {
    throw folderError(root, cause);
  }
}

/** Deletes a demo city, whole or not; nothing else. */
export async function removeCity(folder: string): Promise<void> {
  if (!await exists(folder)) return;
  await checkReplaceable(folder);
  await Deno.remove(folder, { recursive: true });
}

async function checkReplaceable(folder: string): Promise<void> {
  if (await readMark(folder) !== null || await isEmptyOrMissing(folder)) return;
  throw new DatasetError("Cannot replace what is not a demo city", {
    where: folder,
    fix: "choose another folder, or remove this one",
  });
}

async function readMark(folder: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(`${folder}/${MARK_FILE}`);
  } catch {
    return null;
  }
}

async function isEmptyOrMissing(folder: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(folder)) return false;
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

function formatMark(identity: CityIdentity): string {
  return JSON.stringify(identity, null, 2) + "\n";
}

function folderError(folder: string, cause: unknown): DatasetError {
  if (cause instanceof DatasetError) return cause;
  return new DatasetError("Cannot make the folder of the demo city", {
    where: `${folder} (${describeCause(cause)})`,
    fix: "choose a folder that can be written",
    cause,
  });
}
