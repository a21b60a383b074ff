/**
 * MATLAB v7.3 files: HDF5, where structs are groups and cells are references.
 *
 * Source: the files that MATLAB writes; hdf5storage, documentation of its storage of MATLAB types.
 *
 * @module
 */
import { Dataset, type File, Group, type Reference } from "h5wasm";
import { DatasetError, describeCause } from "./errors.ts";
import { openInHdf5 } from "./hdf5_module.ts";
import { readSlices, shapeOf } from "./hdf5_slices.ts";
import { tooLarge } from "./mat_elements.ts";
import type { MatNumbers, MatValue } from "./mat_values.ts";
import { countElements } from "./number_types.ts";

/** Objects that hold others, one in the other, at most. */
const MAX_DEPTH = 50;

/** Names of variables do not begin with it: what does belongs to MATLAB. */
const HIDDEN = "#";

const NUMBER_CLASS = /^(double|single|u?int(8|16|32|64)|logical)$/;

/** A file that is read, and the memory that its values may still take. */
interface Source {
  path: string;
  file: File;
  budget: { bytes: number; maxBytes: number };
}

/**
 * Reads a v7.3 file.
 *
 * Arrays of structs, objects, function handles, sparse and complex arrays have no
 * counterpart here.
 *
 * @param maxBytes What its values may take.
 * @returns The variables by name.
 * @throws {DatasetError} If it is missing, damaged or too large.
 */
export async function readMatHdf5(
  path: string,
  maxBytes: number,
): Promise<Map<string, MatValue>> {
  try {
    const open = await openInHdf5(path, "r");
    try {
      const { file } = open;
      const source = { path, file, budget: { bytes: maxBytes, maxBytes } };
      return open.guard(() => readVariables(source));
    } finally {
      open.close();
    }
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof DatasetError) throw cause;
    throw new DatasetError("Cannot read a damaged .mat file", {
      where: `${path} (${describeCause(error)})`,
      fix: "copy or download it again, or save it again with save -v7",
      cause: error,
    });
  }
}

function readVariables(source: Source): Map<string, MatValue> {
  const names = source.file.keys().filter((name) => !name.startsWith(HIDDEN));
  return new Map(
    names.map((name) => [name, readValue(source, source.file.get(name), 0)]),
  );
}

/** Reads an object and what it holds. */
function readValue(
  source: Source,
  object: unknown,
  depth: number,
): MatValue {
  if (depth > MAX_DEPTH) throw new Error("it is nested too deeply");
  if (object instanceof Group) return readGroup(source, object, depth);
  if (object instanceof Dataset) return readArray(source, object, depth);
  return { kind: "unread", dims: [] };
}

function classOf(object: Group | Dataset): string {
  return String(object.attrs["MATLAB_class"]?.json_value ?? "");
}

function readGroup(source: Source, group: Group, depth: number): MatValue {
  if (classOf(group) !== "struct") return { kind: "unread", dims: [] };
  const fields = group.keys().map((name) =>
    [name, [readValue(source, group.get(name), depth + 1)]] as const
  );
  return { kind: "struct", dims: [1, 1], fields: new Map(fields) };
}

function readArray(source: Source, array: Dataset, depth: number): MatValue {
  const matlabClass = classOf(array);
  if ("MATLAB_empty" in array.attrs) return readEmpty(matlabClass, array);
  const dims = shapeOf(array).toReversed();
  if (matlabClass === "cell") {
    take(source, 8 * countElements(dims));
    const cells = (array.value as Reference[]).map((reference) =>
      readValue(source, source.file.dereference(reference), depth + 1)
    );
    return { kind: "cell", dims, cells };
  }
  if (matlabClass === "char") {
    return {
      kind: "text",
      dims,
      rows: readRows(readNumbers(source, array), dims),
    };
  }
  if (!NUMBER_CLASS.test(matlabClass) || array.metadata.type > 1) {
    return { kind: "unread", dims };
  }
  const data = readNumbers(source, array);
  const logical = matlabClass === "logical";
  return { kind: "numeric", dims, data, imaginary: null, logical };
}

/** An array without elements: what the file has in its place are its sizes. */
function readEmpty(matlabClass: string, array: Dataset): MatValue {
  const dims = Array.from(readSlices(array, 0, shapeOf(array)[0] ?? 1));
  switch (matlabClass) {
    case "cell":
      return { kind: "cell", dims, cells: [] };
    case "char":
      return { kind: "text", dims, rows: dims[0] === 1 ? [""] : [] };
    case "struct":
      return { kind: "struct", dims, fields: new Map() };
    default: {
      const data = new Float64Array(0);
      return { kind: "numeric", dims, data, imaginary: null, logical: false };
    }
  }
}

/** Numbers in the order of the file, which is MATLAB's: the first index runs fastest. */
function readNumbers(source: Source, array: Dataset): MatNumbers {
  const shape = shapeOf(array);
  take(source, 8 * countElements(shape));
  const numbers = readSlices(array, 0, shape[0] ?? 1);
  return numbers instanceof Float32Array ? numbers : Float64Array.from(numbers);
}

function readRows(codes: MatNumbers, dims: readonly number[]): string[] {
  const [numRows = 0] = dims;
  return Array.from({ length: numRows }, (_, row) => {
    let text = "";
    for (let i = row; i < codes.length; i += numRows) {
      text += String.fromCharCode(codes[i]!);
    }
    return text;
  });
}

function take({ path, budget }: Source, bytes: number): void {
  budget.bytes -= bytes;
  if (budget.bytes < 0) throw tooLarge(path, budget.maxBytes);
}
