import { fileURLToPath } from "node:url";
import type { Dataset } from "h5wasm";
import { openInHdf5 } from "../../lib/hdf5_module.ts";
import {
  type GoldenArrays,
  type GoldenNotes,
  wrapArrays,
} from "./read_arrays.ts";

/** The golden cases that are too large to be stored with the project. */
const SHARED = new URL("../../../shared/golden/", import.meta.url);

/** A file of the shared golden cases, such as `b_encoder/vgg16_div8.zip.pth`. */
export function sharedGoldenPath(name: string): string {
  return fileURLToPath(new URL(name, SHARED));
}

/**
 * Whether a shared golden case is there; if not, what to say in the name of the
 * test that is ignored.
 */
export function sharedGolden(name: string): { missing: string } {
  try {
    Deno.statSync(sharedGoldenPath(`${name}.h5`));
    return { missing: "" };
  } catch {
    return { missing: ` (skipped: no ../shared/golden/${name}.h5)` };
  }
}

/**
 * Reads a shared golden case whole.
 *
 * @param name Such as `b_encoder/vgg16_div8_odd`.
 */
export async function readSharedGolden(name: string): Promise<GoldenArrays> {
  const { description, datasets, scalars, tolerances } = JSON.parse(
    await Deno.readTextFile(sharedGoldenPath(`${name}.json`)),
  ) as Omit<GoldenNotes, "about"> & {
    description: string;
    datasets: Record<string, { shape: number[] }>;
  };
  const { file, close } = await openInHdf5(sharedGoldenPath(`${name}.h5`), "r");
  const arrays = new Map(
    Object.entries(datasets).map(([key, { shape }]) => {
      const values = (file.get(key) as Dataset).value as Float32Array;
      return [key, { values, shape }];
    }),
  );
  close();
  const about = `${name} of the golden cases: ${description}`;
  return wrapArrays({ about, scalars, tolerances }, (key) => arrays.get(key));
}
