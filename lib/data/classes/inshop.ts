/**
 * DeepFashion's in-shop clothes.
 *
 * @module
 */
import { join } from "node:path";
import { isFile } from "../../files.ts";
import type { PlaceDataset } from "../dataset.ts";
import type { StrictnessOptions } from "../places.ts";
import {
  type ClassImage,
  toPlaceDataset,
  trainOrTest,
} from "./class_dataset.ts";
import { differs, findRoot, readTable } from "./class_table.ts";

const COLUMNS = ["image_name", "item_id", "evaluation_status"] as const;
const STATUSES = ["train", "query", "gallery"];
const FILE = "list_eval_partition.txt";

/**
 * Reads `list_eval_partition.txt`, or `Eval/list_eval_partition.txt`, and the images that
 * it names, under the data path or its folder `Img`. The first line is their number.
 *
 * @param split `train`; any other looks queries up in the gallery.
 * @throws {DatasetError} If the file is missing or something else; it names the first line that is.
 *
 * Source: Liu et al., DeepFashion, CVPR 2016.
 */
export async function readInshop(
  dataPath: string,
  split: string,
  strictness: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const file = join(await findRoot(dataPath, "Eval", FILE), FILE);
  const head = [/^\d+$/, COLUMNS.join(" ")];
  const rows = await readTable(file, COLUMNS, head);
  const first = rows[0]!.image_name;
  const isInside = await isFile(join(dataPath, "Img", first));
  const root = isInside ? join(dataPath, "Img") : dataPath;
  const stray = rows.find((row) => !STATUSES.includes(row.evaluation_status));
  if (stray) {
    throw differs(
      stray.where,
      "train, query or gallery",
      stray.evaluation_status,
    );
  }
  const listImages = (status: string): ClassImage[] =>
    rows.filter((row) => row.evaluation_status === status).map((row) => ({
      path: join(root, row.image_name),
      class: row.item_id,
    }));
  const part = trainOrTest(split);
  const images = part === "train"
    ? { database: listImages("train") }
    : { database: listImages("gallery"), queries: listImages("query") };
  return await toPlaceDataset(
    { name: "inshop", split: part, ...images },
    file,
    strictness,
  );
}
