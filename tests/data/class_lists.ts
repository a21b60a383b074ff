/** Lists of the benchmarks, with a few images each. */
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import {
  type DatasetOptions,
  readDataset,
} from "../../lib/data/read_dataset.ts";

/** Of CUB-200-2011. */
export const BIRDS = {
  "images.txt": "1 001.A/a.jpg\n2 001.A/b.jpg\n3 100.B/c.jpg\n4 101.C/d.jpg\n",
  "image_class_labels.txt": "1 1\n2 1\n3 100\n4 101\n",
};

/** Of Stanford Online Products. */
export const PRODUCTS = {
  "Ebay_train.txt": [
    "image_id class_id super_class_id path",
    "1 1 1 bicycle_final/1.JPG",
    "2 1 1 bicycle_final/2.JPG",
    "3 2 1 bicycle_final/3.JPG",
    "",
  ].join("\r\n"),
  "Ebay_test.txt":
    "image_id class_id super_class_id path\n4 11319 12 sofa_final/4.JPG\n",
};

/** Of DeepFashion In-shop. */
export const CLOTHES = {
  "Eval/list_eval_partition.txt": [
    "6",
    "image_name item_id evaluation_status",
    "img/1.jpg                 id_00000002 train",
    "img/2.jpg                 id_00000002 train",
    "img/3.jpg                 id_00000007 query",
    "img/4.jpg                 id_00000007 gallery",
    "img/5.jpg                 id_00000009 gallery",
    "img/6.jpg                 id_00000009 query",
  ].join("\n"),
};

/** Reads a split whose images are not there. */
export function readUnseen(
  dataset: DatasetOptions["dataset"],
  dataPath: string,
  split: DatasetOptions["split"],
  given: Partial<DatasetOptions> = {},
): Promise<PlaceDataset> {
  return readDataset(
    { dataset, dataPath, split, ...given },
    { expectFiles: false },
  );
}
