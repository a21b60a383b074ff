/**
 * Stanford Cars.
 *
 * @module
 */
import { join } from "node:path";
import { DatasetError } from "../../errors.ts";
import { type MatValue, readMat } from "../../mat.ts";
import type { MatStruct } from "../../mat_values.ts";
import type { PlaceDataset } from "../dataset.ts";
import type { StrictnessOptions } from "../places.ts";
import { toPlaceDataset, trainOrTest } from "./class_dataset.ts";
import { findRoot } from "./class_table.ts";

/** Classes with these numbers and below are trained on, the others tested on. */
const LAST_TRAIN_CLASS = 98;

const FILE = "cars_annos.mat";

/**
 * Reads `cars_annos.mat` and the images that it names: a struct array `annotations`
 * with the fields `relative_im_path` and `class`. Boxes and the field `test` are
 * passed over: metric learning tests on other classes.
 *
 * @param split `train` for classes 1 to 98, any other for the rest.
 * @throws {DatasetError} If the file is missing or something else; it names the first annotation that is.
 *
 * Source: Krause et al., 3D object representations, 3dRR 2013; the split of Oh Song et al., CVPR 2016.
 */
export async function readCars196(
  dataPath: string,
  split: string,
  strictness: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const root = await findRoot(dataPath, "cars196", FILE);
  const file = join(root, FILE);
  const annotations = findAnnotations(await readMat(file), file);
  const paths = fieldOf(annotations, "relative_im_path", file);
  const classes = fieldOf(annotations, "class", file);
  const part = trainOrTest(split);
  const database = paths.flatMap((value, i) => {
    const path = toText(value) ?? refuse(file, "relative_im_path", i);
    const label = toCount(classes[i]) ?? refuse(file, "class", i);
    return label <= LAST_TRAIN_CLASS === (part === "train")
      ? [{ path: join(root, path), class: String(label) }]
      : [];
  });
  return await toPlaceDataset(
    { name: "cars196", split: part, database },
    root,
    strictness,
  );
}

function findAnnotations(
  variables: ReadonlyMap<string, MatValue>,
  file: string,
): MatStruct {
  const value = variables.get("annotations");
  if (value?.kind === "struct") return value;
  const names = [...variables.keys()].join(", ") || "nothing";
  throw refused(`${file} (no struct annotations; it has ${names})`);
}

function fieldOf(
  { fields }: MatStruct,
  name: string,
  file: string,
): readonly MatValue[] {
  const values = fields.get(name);
  if (values !== undefined) return values;
  const names = [...fields.keys()].join(", ") || "none";
  throw refused(`${file} (no field ${name} of annotations; it has ${names})`);
}

function toText(value: MatValue): string | undefined {
  return value.kind === "text" ? value.rows[0] : undefined;
}

function toCount(value: MatValue | undefined): number | undefined {
  const number = value?.kind === "numeric" ? value.data[0] : undefined;
  return Number.isInteger(number) && number! >= 1 ? number : undefined;
}

function refuse(file: string, field: string, index: number): never {
  throw refused(`${file} (annotations(${index + 1}).${field})`);
}

function refused(where: string): DatasetError {
  return new DatasetError("Cannot read the annotations of Stanford Cars", {
    where,
    fix: "give cars_annos.mat as its authors published it",
  });
}
