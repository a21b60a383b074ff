/**
 * Text files of columns, with blanks between them: the lists of the benchmarks.
 *
 * @module
 */
import { join } from "node:path";
import { DatasetError } from "../../errors.ts";
import { describeFolder } from "../../folders.ts";
import { isFile } from "../../files.ts";
import { readTextOf } from "../list_images.ts";

/** A row by column, and where it is. */
export type TableRow<Column extends string> = Record<Column, string> & {
  /** File and line, for errors. */
  where: string;
};

/**
 * Reads a table whose rows are all of the same columns; empty lines are passed over.
 *
 * @param columns Names of the columns, in order.
 * @param head What each of the first lines has to be, as words or a pattern; none if left out.
 * @throws {DatasetError} If it cannot be read; or the first line that is something else.
 */
export async function readTable<Column extends string>(
  file: string,
  columns: readonly Column[],
  head: readonly (string | RegExp)[] = [],
): Promise<TableRow<Column>[]> {
  const lines = (await readTextOf(file, "a list of a dataset")).split(/\r?\n/)
    .map((line, i) => ({ text: line.trim(), where: `${file}, line ${i + 1}` }));
  for (const [i, wanted] of head.entries()) checkHead(file, lines[i], wanted);
  const rows = lines.slice(head.length).filter(({ text }) => text !== "")
    .map(({ text, where }) => {
      const cells = text.split(/\s+/);
      if (cells.length !== columns.length) {
        throw differs(where, columns.join(" "), text);
      }
      const row = columns.map((name, i) => [name, cells[i]!]);
      return { ...Object.fromEntries(row), where } as TableRow<Column>;
    });
  if (rows.length > 0) return rows;
  throw differs(file, columns.join(" "), "");
}

function checkHead(
  file: string,
  line: { text: string; where: string } | undefined,
  wanted: string | RegExp,
): void {
  const words = line?.text.split(/\s+/).join(" ") ?? "";
  const fits = typeof wanted === "string"
    ? words === wanted
    : wanted.test(words);
  if (fits) return;
  const name = typeof wanted === "string" ? wanted : "a number of images";
  throw differs(line?.where ?? file, name, words);
}

/** What is said of a line that is something else. */
export function differs(
  where: string,
  wanted: string,
  found: string,
): DatasetError {
  return new DatasetError("Cannot read a list of a dataset", {
    where: `${where} (${
      found === "" ? "nothing" : `"${found}"`
    } where ${wanted} should be)`,
    fix: "give the files of the benchmark as its authors published them",
  });
}

/** Reads a whole number from 1 in a column. */
export function toCount<Column extends string>(
  row: TableRow<Column>,
  column: Column,
): number {
  const text: string = row[column];
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw differs(row.where, `a whole ${column}`, text);
}

/**
 * Finds the folder that has a file: the data path, or a folder inside it.
 *
 * @throws {DatasetError} If none has it.
 */
export async function findRoot(
  dataPath: string,
  folder: string,
  file: string,
): Promise<string> {
  for (const root of [dataPath, join(dataPath, folder)]) {
    if (await isFile(join(root, file))) return root;
  }
  throw new DatasetError(`Cannot find the file ${file} of a dataset`, {
    where: dataPath,
    fix: `set dataPath to the folder that has it; ${await describeFolder(
      dataPath,
    )}`,
  });
}
