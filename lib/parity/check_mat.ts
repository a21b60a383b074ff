/**
 * Golden specifications of datasets: the same one as several programs write it.
 *
 * @module
 */
import { basename, join } from "node:path";
import { type DbStruct, readDbStruct } from "../data/dbstruct.ts";
import { DatasetError, describeCause } from "../errors.ts";
import { compareValues, EXACT, type ParityQuantity } from "./comparison.ts";

/** File that says what the others hold. */
export const EXPECTED_FILE = "expected.json";

/** Compares every `.mat` of a folder with its `expected.json`, to the last bit. */
export async function checkMatFiles(folder: string): Promise<ParityQuantity[]> {
  const path = join(folder, EXPECTED_FILE);
  const expected = parseExpected(path, await Deno.readTextFile(path));
  const names = (await Array.fromAsync(Deno.readDir(folder)))
    .map(({ name }) => name).filter((name) => name.endsWith(".mat")).sort();
  const quantities = await Promise.all(
    names.map((name) => compareFile(join(folder, name), expected)),
  );
  return quantities.flat();
}

type Expected = Omit<DbStruct, "utmDb" | "utmQ"> & {
  utmDb: number[][];
  utmQ: number[][];
};

function parseExpected(path: string, text: string): Expected {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DatasetError("Cannot read what .mat files should hold", {
      where: `${path} (${describeCause(cause)})`,
      fix: "copy the file again",
      cause,
    });
  }
}

async function compareFile(
  path: string,
  { utmDb, utmQ, ...rest }: Expected,
): Promise<ParityQuantity[]> {
  const struct = await readDbStruct(path);
  const label = basename(path);
  const compare = (
    name: string,
    actual: ArrayLike<number>,
    data: ArrayLike<number>,
  ): ParityQuantity =>
    compareValues(`${label}/${name}`, actual, {
      data,
      shape: [data.length],
      tolerance: EXACT,
    });
  const plain = Object.entries(rest).map(([name, value]) => {
    const found = struct[name as keyof typeof rest];
    const isSame = JSON.stringify(found) === JSON.stringify(value);
    return compare(name, [isSame ? 1 : 0], [1]);
  });
  const positions = [["utmDb", utmDb], ["utmQ", utmQ]] as const;
  return [
    ...plain,
    ...positions.flatMap(([name, rows]) => {
      const { eastMeters, northMeters } = struct[name];
      return [
        compare(`${name}/east`, eastMeters, rows.map((row) => row[0]!)),
        compare(`${name}/north`, northMeters, rows.map((row) => row[1]!)),
      ];
    }),
  ];
}
