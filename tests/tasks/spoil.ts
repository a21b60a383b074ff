import { cp } from "node:fs/promises";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";

/** Gives a test a copy of the tiny city to spoil, and a folder of its own beside it. */
export function withCity(
  act: (city: string, folder: string) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const city = join(folder, "city");
    await cp(await tinyCity(), city, { recursive: true });
    await act(city, folder);
  });
}

/** Writes a text to a path in parts and returns the path. */
export async function writeText(
  ...parts: [...string[], string]
): Promise<string> {
  const text = parts.pop()!;
  const path = join(...parts);
  await Deno.writeTextFile(path, text);
  return path;
}

/** Keeps the first bytes of a file. */
export async function cut(path: string, bytes: number): Promise<void> {
  const whole = await Deno.readFile(path);
  await Deno.writeFile(path, whole.subarray(0, bytes));
}
