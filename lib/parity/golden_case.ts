/**
 * Golden cases: reference outputs as NAME.json (what they are) beside NAME.h5 (the numbers).
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { DatasetError, describeCause } from "../errors.ts";
import { type Hdf5File, type Hdf5Numbers, openHdf5 } from "../hdf5.ts";
import { toFloat32 } from "../number_types.ts";
import { isRecord } from "../record.ts";

/** What NAME.json says. */
export interface CaseNotes {
  /** Name with its folder, such as `c_triplet/b3_d64`. */
  case: string;
  description: string;
  /** Every dataset of NAME.h5. */
  datasets: Readonly<Record<string, DatasetNotes>>;
  scalars: Readonly<Record<string, unknown>>;
  tolerances: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  notes: readonly string[];
  /** Files beside it that belong to it. */
  files: readonly string[];
}

/** What NAME.json says of a dataset. */
export interface DatasetNotes {
  shape: readonly number[];
  dtype: string;
  role: string;
}

/** A golden case that is open for reading. It is closed by `using`. */
export interface GoldenCase extends Disposable {
  readonly notes: CaseNotes;
  /** Path without `.json` and `.h5`. */
  readonly path: string;
  /** Whether the case itself has a dataset. */
  has(name: string): boolean;
  /**
   * Reads a dataset of the case, or one that it takes from another case.
   *
   * @throws {DatasetError} If there is none.
   */
  read(name: string): Hdf5Numbers;
  /** The same as float32. */
  float32(name: string): Float32Array<ArrayBuffer>;
  /** The same as plain numbers. */
  numbers(name: string): number[];
  /** Lists that lie one after the other in `NAME`, their lengths in `NAME_count`. */
  lists(name: string): number[][];
  /**
   * A number among the scalars.
   *
   * @throws {DatasetError} If there is none.
   */
  number(name: string): number;
  /** Text among the scalars, if it is there. */
  text(name: string): string | undefined;
  /** The path of a file that belongs to the case. */
  pathOf(file: string): string;
  /**
   * Opens another case.
   *
   * @param name With its folder, as in `inputs_from`.
   */
  open(name: string): Promise<GoldenCase>;
  /** An error about this case. */
  fail(reason: string): DatasetError;
}

/**
 * Opens a golden case.
 *
 * @param path Path without `.json` and `.h5`.
 * @throws {DatasetError} If its notes cannot be read, or the numbers are not what they say.
 * @throws {CheckpointError} If NAME.h5 cannot be read.
 */
export async function openGoldenCase(path: string): Promise<GoldenCase> {
  const notes = parseNotes(path, await readText(`${path}.json`));
  const golden = new OpenCase(path, notes, await openHdf5(`${path}.h5`));
  try {
    golden.checkDatasets();
    await golden.openInputs();
    return golden;
  } catch (error) {
    golden[Symbol.dispose]();
    throw error;
  }
}

/** Reads what NAME.json says; it need not have a NAME.h5. */
export async function readCaseNotes(path: string): Promise<CaseNotes> {
  return parseNotes(path, await readText(`${path}.json`));
}

class OpenCase implements GoldenCase {
  #inputs: GoldenCase | undefined;

  constructor(
    readonly path: string,
    readonly notes: CaseNotes,
    readonly file: Hdf5File,
  ) {}

  has(name: string): boolean {
    return Object.hasOwn(this.notes.datasets, name);
  }

  read(name: string): Hdf5Numbers {
    if (this.has(name)) return this.file.readDataset(name);
    if (this.#inputs?.has(name)) return this.#inputs.read(name);
    throw this.fail(`it has no dataset ${name}`);
  }

  float32(name: string): Float32Array<ArrayBuffer> {
    return toFloat32(this.read(name).data);
  }

  numbers(name: string): number[] {
    return [...this.read(name).data];
  }

  lists(name: string): number[][] {
    const values = this.numbers(name);
    const counts = this.numbers(`${name}_count`);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total !== values.length) {
      throw this.fail(`${name} has ${values.length} values, not ${total}`);
    }
    return counts.map((count) => values.splice(0, count));
  }

  number(name: string): number {
    const value = this.notes.scalars[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw this.fail(`its scalar ${name} is ${JSON.stringify(value)}`);
  }

  text(name: string): string | undefined {
    const value = this.notes.scalars[name];
    return typeof value === "string" ? value : undefined;
  }

  pathOf(file: string): string {
    return join(dirname(this.path), file);
  }

  /** A case is looked for from the folder above the one of this case, then beside it. */
  async open(name: string): Promise<GoldenCase> {
    const folder = dirname(this.path);
    const above = join(dirname(folder), name);
    const isAbove = await isThere(`${above}.json`);
    return await openGoldenCase(isAbove ? above : join(folder, basename(name)));
  }

  fail(reason: string): DatasetError {
    return caseError(this.path, reason);
  }

  async openInputs(): Promise<void> {
    const name = this.text("inputs_from");
    if (name !== undefined) this.#inputs = await this.open(name);
  }

  /** Every dataset of the notes is there, in its shape. */
  checkDatasets(): void {
    const found = new Map(
      this.file.listDatasets()
        .map(({ name, shape }) => [name.replace(/^\//, ""), shape]),
    );
    const wrong = Object.entries(this.notes.datasets).flatMap(
      ([name, { shape }]) => {
        const there = found.get(name);
        if (there === undefined) return [`there is no dataset ${name}`];
        return `${there}` === `${shape}`
          ? []
          : [`${name} is [${there.join(", ")}], not [${shape.join(", ")}]`];
      },
    );
    if (wrong.length > 0) throw this.fail(wrong.join("; "));
  }

  [Symbol.dispose](): void {
    this.#inputs?.[Symbol.dispose]();
    this.file.close();
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw caseError(path, describeCause(cause), cause);
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function parseNotes(path: string, text: string): CaseNotes {
  let notes: Partial<CaseNotes> | null;
  try {
    notes = JSON.parse(text);
  } catch (cause) {
    throw caseError(`${path}.json`, "it is not JSON", cause);
  }
  const { datasets, scalars = {}, tolerances = {} } = notes ?? {};
  const isSound = isRecord(datasets) && isRecord(scalars) &&
    isRecord(tolerances) && typeof notes?.case === "string" &&
    Object.values(datasets).every(({ shape }) => Array.isArray(shape));
  if (!isSound) {
    throw caseError(`${path}.json`, "it does not describe a golden case");
  }
  return {
    case: notes!.case!,
    description: String(notes!.description ?? ""),
    datasets,
    scalars,
    tolerances,
    notes: toTexts(notes!.notes),
    files: toTexts(notes!.files),
  };
}

function toTexts(values: unknown): string[] {
  return Array.isArray(values) ? values.map(String) : [];
}

function caseError(
  path: string,
  reason: string,
  cause?: unknown,
): DatasetError {
  return new DatasetError("Cannot read a golden case", {
    where: `${path} (${reason})`,
    fix: "copy the case again, NAME.json, NAME.h5 and its files",
    cause,
  });
}
