/**
 * Stanford Online Products.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../dataset.ts";
import type { StrictnessOptions } from "../places.ts";
import { toPlaceDataset, trainOrTest } from "./class_dataset.ts";
import { findRoot, readTable, toCount } from "./class_table.ts";

const COLUMNS = ["image_id", "class_id", "super_class_id", "path"] as const;

/**
 * Reads `Ebay_train.txt` or `Ebay_test.txt`, and the images that it names.
 *
 * @param split `train`, any other for `test`.
 * @throws {DatasetError} If the file is missing or something else; it names the first line that is.
 *
 * Source: Oh Song et al., Deep metric learning via lifted structured feature embedding, CVPR 2016.
 */
export async function readOnlineProducts(
  dataPath: string,
  split: string,
  strictness: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const part = trainOrTest(split);
  const file = `Ebay_${part}.txt`;
  const root = await findRoot(dataPath, "Stanford_Online_Products", file);
  const rows = await readTable(join(root, file), COLUMNS, [COLUMNS.join(" ")]);
  const database = rows.map((row) => ({
    path: join(root, row.path),
    class: String(toCount(row, "class_id")),
  }));
  return await toPlaceDataset(
    { name: "sop", split: part, database },
    root,
    strictness,
  );
}
