import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type DatasetOptions,
  readDataset,
} from "../../lib/data/read_dataset.ts";
import { encodeMatStruct } from "../../lib/mat_write.ts";
import { BIRDS, readUnseen } from "./class_lists.ts";
import { withFiles } from "./make_files.ts";

Deno.test("readDataset() names the first line of a list that is something else", async () => {
  const spoiled: [DatasetOptions["dataset"], Record<string, string>, string][] =
    [
      [
        "cub200",
        { ...BIRDS, "images.txt": "1 a.jpg\n2 b c.jpg\n" },
        'images.txt, line 2 ("2 b c.jpg" where id path should be)',
      ],
      [
        "cub200",
        { ...BIRDS, "image_class_labels.txt": "1 1\n3 1\n2 1\n4 1\n" },
        'image_class_labels.txt, line 2 ("3" where image 2 should be)',
      ],
      [
        "cub200",
        { ...BIRDS, "image_class_labels.txt": "1 1\n2 one\n3 1\n4 1\n" },
        'image_class_labels.txt, line 2 ("one" where a whole class should be)',
      ],
      [
        "cub200",
        { ...BIRDS, "image_class_labels.txt": "1 1\n2 1\n3 1\n" },
        "image_class_labels.txt (nothing where image 4 should be)",
      ],
      [
        "cub200",
        { ...BIRDS, "images.txt": "1 a.jpg\n" },
        'image_class_labels.txt, line 2 ("2 1" where the end should be)',
      ],
      [
        "sop",
        { "Ebay_train.txt": "1 1 1 a.jpg\n" },
        'Ebay_train.txt, line 1 ("1 1 1 a.jpg" where image_id class_id super_class_id path should be)',
      ],
      [
        "inshop",
        { "list_eval_partition.txt": "image_name item_id evaluation_status\n" },
        'list_eval_partition.txt, line 1 ("image_name item_id evaluation_status" where a number of images should be)',
      ],
      [
        "inshop",
        {
          "list_eval_partition.txt":
            "1\nimage_name item_id evaluation_status\n\na.jpg 1 val\n",
        },
        'list_eval_partition.txt, line 4 ("val" where train, query or gallery should be)',
      ],
    ];
  for (const [dataset, files, where] of spoiled) {
    await withFiles(files, async (folder) => {
      await assert.rejects(
        readUnseen(dataset, folder, "train"),
        (error: Error) => {
          assert.equal(error.name, "DatasetError");
          assert.equal(
            (error as { where?: string }).where,
            join(folder, where),
          );
          return true;
        },
      );
    });
  }
});

Deno.test("readDataset() says which file or annotation of a dataset of classes is not there", async () => {
  await withFiles(["a/1.jpg"], async (folder) => {
    for (
      const [dataset, file] of [
        ["cub200", "images.txt"],
        ["cars196", "cars_annos.mat"],
        ["sop", "Ebay_test.txt"],
        ["inshop", "list_eval_partition.txt"],
      ] as const
    ) {
      await assert.rejects(readUnseen(dataset, folder, "test"), {
        name: "DatasetError",
        message: new RegExp(`^Cannot find the file ${file} of a dataset`),
        where: folder,
        fix: /holds a\/$/,
      });
    }
  });
  const spoiled = [
    [
      encodeMatStruct("cars", { class: 1 }),
      "no struct annotations; it has cars",
    ],
    [
      encodeMatStruct("annotations", { class: 1 }),
      "no field relative_im_path of annotations; it has class",
    ],
    [
      encodeMatStruct("annotations", { ["relative_im_path"]: "1", class: 1.5 }),
      "annotations(1).class",
    ],
  ] as const;
  for (const [bytes, where] of spoiled) {
    await withFiles([], async (folder) => {
      const file = join(folder, "cars_annos.mat");
      await Deno.writeFile(file, bytes);
      await assert.rejects(readUnseen("cars196", folder, "train"), {
        name: "DatasetError",
        where: `${file} (${where})`,
      });
    });
  }
});

Deno.test("resolveDatasetOptions() has no distances for classes, nor classes to hold out elsewhere", async () => {
  for (
    const [given, where] of [
      [{ dataset: "cub200", positiveRadius: 3 }, /^positiveRadius is given/],
      [
        { dataset: "classes", potentialPositiveRing: [0, 1] },
        /^potentialPositiveRing is given/,
      ],
      [{ dataset: "utm", heldOutClasses: 0 }, /^heldOutClasses is given/],
      [{ dataset: "classes", heldOutClasses: 1 }, /^heldOutClasses is 1/],
      [{ dataset: "sop", split: "test250k" }, /only pittsburgh/],
    ] as const
  ) {
    await assert.rejects(readDataset({ dataPath: "x", ...given }), {
      name: "OptionsError",
      where,
    });
  }
});
