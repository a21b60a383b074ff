/**
 * Caltech-UCSD Birds-200-2011.
 *
 * @module
 */
import { join } from "node:path";
import type { PlaceDataset } from "../dataset.ts";
import type { StrictnessOptions } from "../places.ts";
import { toPlaceDataset, trainOrTest } from "./class_dataset.ts";
import { differs, findRoot, readTable, toCount } from "./class_table.ts";

/** Classes with these numbers and below are trained on, the others tested on. */
const LAST_TRAIN_CLASS = 100;

/**
 * Reads `CUB_200_2011`: `images.txt` (`ID PATH`), `image_class_labels.txt` (`ID CLASS`), `images/`.
 * Its split of training and test images is passed over: metric learning tests on other classes.
 *
 * @param split `train` for classes 1 to 100, any other for the rest.
 * @throws {DatasetError} If a file is missing or something else; it names the first line that is.
 *
 * Source: Wah et al., The Caltech-UCSD Birds-200-2011 dataset; the split of Oh Song et al., CVPR 2016.
 */
export async function readCub200(
  dataPath: string,
  split: string,
  strictness: Partial<StrictnessOptions> = {},
): Promise<PlaceDataset> {
  const root = await findRoot(dataPath, "CUB_200_2011", "images.txt");
  const images = await readTable(join(root, "images.txt"), ["id", "path"]);
  const labelFile = join(root, "image_class_labels.txt");
  const labels = await readTable(labelFile, ["id", "class"]);
  const part = trainOrTest(split);
  const database = images.flatMap(({ id, path }, i) => {
    const label = labels[i];
    if (label?.id !== id) {
      throw differs(label?.where ?? labelFile, `image ${id}`, label?.id ?? "");
    }
    const isTrain = toCount(label, "class") <= LAST_TRAIN_CLASS;
    return isTrain === (part === "train")
      ? [{ path: join(root, "images", path), class: label.class }]
      : [];
  });
  const extra = labels[images.length];
  if (extra) {
    throw differs(extra.where, "the end", `${extra.id} ${extra.class}`);
  }
  return await toPlaceDataset(
    { name: "cub200", split: part, database },
    root,
    strictness,
  );
}
