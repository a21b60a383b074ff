import assert from "node:assert/strict";
import { join } from "node:path";
import { listNeighbors } from "../../lib/data/radius.ts";
import { readDataset } from "../../lib/data/read_dataset.ts";
import { readRevisitedDataset } from "../../lib/data/revisited.ts";
import { inFolder } from "../in_folder.ts";

/*
 * Written by Python, with NumPy 2.4:
 *
 * gnd = {"imlist": ["a", "b", "c", "d"], "qimlist": ["q"], "gnd": [{"bbx": [1.5, 2, 30, 20],
 *        "easy": np.array([2]), "hard": [0], "junk": np.array([], dtype=np.int32)}]}
 * pickle.dump(gnd, open("gnd_tiny.pkl", "wb"), protocol=2)
 */
const PICKLE =
  "gAJ9cQAoWAYAAABpbWxpc3RxAV1xAihYAQAAAGFxA1gBAAAAYnEEWAEAAABjcQVYAQAAAGRxBmVYBwAAAHFpbWxpc3RxB11xCFgBAAAAcXEJYVgDAAAAZ25kcQpdcQt9cQwoWAMAAABiYnhxDV1xDihHP/gAAAAAAABLAkseSxRlWAQAAABlYXN5cQ9jbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcRBjbnVtcHkKbmRhcnJheQpxEUsAhXESY19jb2RlY3MKZW5jb2RlCnETWAEAAABicRRYBgAAAGxhdGluMXEVhnEWUnEXh3EYUnEZKEsBSwGFcRpjbnVtcHkKZHR5cGUKcRtYAgAAAGk4cRyJiIdxHVJxHihLA1gBAAAAPHEfTk5OSv////9K/////0sAdHEgYoloE1gIAAAAAgAAAAAAAABxIWgVhnEiUnEjdHEkYlgEAAAAaGFyZHElXXEmSwBhWAQAAABqdW5rcSdoEGgRSwCFcShoF4dxKVJxKihLAUsAhXEraBtYAgAAAGk0cSyJiIdxLVJxLihLA2gfTk5OSv////9K/////0sAdHEvYoljX19idWlsdGluX18KYnl0ZXMKcTApUnExdHEyYnVhdS4=";
const CONTENT = {
  imlist: ["a", "b", "c", "d"],
  qimlist: ["q"],
  gnd: [{ bbx: [1.5, 2, 30, 20], easy: [2], hard: [0], junk: [] }],
};

/** A folder of that ground truth, with empty images. */
async function withTruth(
  file: string,
  content: string | Uint8Array,
  act: (folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "jpg"));
    for (const name of ["a", "q"]) {
      await Deno.writeTextFile(join(folder, "jpg", `${name}.jpg`), "");
    }
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    await Deno.writeFile(join(folder, file), bytes);
    await act(folder);
  });
}

for (
  const [file, content] of [
    ["gnd_tiny.pkl", Uint8Array.fromBase64(PICKLE)],
    ["gnd_tiny.json", JSON.stringify(CONTENT)],
  ] as const
) {
  Deno.test(`readRevisitedDataset() makes three truths of ${file}`, () =>
    withTruth(file, content, async (folder) => {
      const dataset = await readDataset({
        dataset: "revisited",
        dataPath: folder,
      });
      assert.deepEqual(
        dataset.database.paths,
        ["a", "b", "c", "d"].map((name) => join(folder, "jpg", `${name}.jpg`)),
      );
      assert.deepEqual(dataset.queries.boxes, [
        { left: 1.5, top: 2, right: 30, bottom: 20 },
      ]);
      assert.equal(dataset.unit, "lists");
      const lists = [...dataset.grades!].map(([grade, truth]) => [
        grade,
        [...listNeighbors(truth.positives, 0)],
        [...listNeighbors(truth.ignored, 0)],
      ]);
      assert.deepEqual(lists, [
        ["easy", [2], [0]],
        ["medium", [0, 2], []],
        ["hard", [0], [2]],
      ]);
      assert.equal(dataset.truth, dataset.grades!.get("medium"));
    }));
}

Deno.test("readRevisitedDataset() names what is wrong with a ground truth", async () => {
  const gnd = CONTENT.gnd[0]!;
  const bad: [object, RegExp][] = [
    [{ ...CONTENT, imlist: [1] }, /it has no imlist, qimlist and gnd/],
    [{ ...CONTENT, qimlist: [] }, /gnd has 1 queries, qimlist 0 names/],
    [{ ...CONTENT, gnd: [{ ...gnd, easy: ["a"] }] }, /query 1 has no lists/],
    [{ ...CONTENT, gnd: [{ ...gnd, bbx: null }] }, /query 1 has no box bbx/],
    [{ ...CONTENT, gnd: [{ ...gnd, junk: [4] }] }, /query 1 lists the image 4/],
  ];
  for (const [content, where] of bad) {
    await withTruth("gnd_x.json", JSON.stringify(content), async (folder) => {
      await assert.rejects(readRevisitedDataset(folder), {
        name: "DatasetError",
        where,
      });
    });
  }
  await withTruth("gnd_x.json", "{", async (folder) => {
    await assert.rejects(readRevisitedDataset(folder), {
      name: "DatasetError",
    });
    await Deno.remove(join(folder, "gnd_x.json"));
    await assert.rejects(readRevisitedDataset(folder), {
      name: "DatasetError",
      where: /has no gnd_NAME.pkl/,
    });
  });
});

Deno.test("readRevisitedDataset() refuses a pickle that refers to anything else, by name", async () => {
  const letters = String.fromCharCode(...Uint8Array.fromBase64(PICKLE))
    .replace("cnumpy\nndarray", "cposix\nsystemm");
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  await withTruth("gnd_x.pkl", bytes, async (folder) => {
    await assert.rejects(readRevisitedDataset(folder), {
      name: "DatasetError",
      where: `${
        join(folder, "gnd_x.pkl")
      } (it refers to posix.systemm, which is refused)`,
    });
  });
});
