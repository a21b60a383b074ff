import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { listNeighbors } from "../../lib/data/radius.ts";
import { keepReadable } from "../../lib/data/readable.ts";
import { readOxfordDataset } from "../../lib/data/oxford.ts";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { drain } from "../../lib/progress.ts";
import { inFolder } from "../in_folder.ts";

const NAMES = ["hall_1", "hall_2", "hall_3", "inn_1", "inn_2"];
const LISTS: Record<string, string> = {
  "hall-1_query": "oxc1_hall_1 1 2 9 8.5\n",
  "hall-1_good": "hall_1\nhall_2\n",
  "hall-1_ok": "hall_3\n",
  "hall-1_junk": "inn_2\ngone_9\n",
  "inn-1_query": "oxc1_inn_2 0 0 4 4",
  "inn-1_good": "inn_2\r\n",
  "inn-1_ok": "",
  "inn-1_junk": "",
};

/** Images in two folders, lists in a third. */
async function withOxford(
  lists: Record<string, string>,
  act: (folder: string) => Promise<void>,
): Promise<void> {
  const pixels = new Uint8Array(16 * 12 * 3).fill(90);
  const jpeg = await encodeJpeg({ width: 16, height: 12, pixels }, 90);
  await inFolder(async (folder) => {
    for (const name of NAMES) {
      const place = join(folder, name.slice(0, 3));
      await Deno.mkdir(place, { recursive: true });
      await Deno.writeFile(join(place, `${name}.jpg`), jpeg);
    }
    await Deno.mkdir(join(folder, "gt_files"));
    for (const [name, text] of Object.entries(lists)) {
      await Deno.writeTextFile(join(folder, "gt_files", `${name}.txt`), text);
    }
    await act(folder);
  });
}

Deno.test("readOxfordDataset() reads queries with their boxes, and what is right, wrong and neither", () =>
  withOxford(LISTS, async (folder) => {
    const { database, queries, truth, unit } = await readOxfordDataset(folder);
    assert.deepEqual(
      database.paths.map((path) => basename(path, ".jpg")),
      NAMES,
    );
    assert.deepEqual(
      queries.paths.map((path) => basename(path, ".jpg")),
      ["hall_1", "inn_2"],
    );
    assert.deepEqual(queries.boxes, [
      { left: 1, top: 2, right: 9, bottom: 8.5 },
      { left: 0, top: 0, right: 4, bottom: 4 },
    ]);
    assert.equal(unit, "lists");
    const { positives, ignored } = truth!;
    assert.deepEqual([...listNeighbors(positives, 0)], [0, 1, 2]);
    assert.deepEqual([...listNeighbors(ignored, 0)], [4]); // gone_9 is not there
    assert.deepEqual([...listNeighbors(positives, 1)], [4]);
    assert.deepEqual([...listNeighbors(ignored, 1)], []);
  }));

Deno.test("keepReadable() moves the lists of a truth with its images", () =>
  withOxford(LISTS, async (folder) => {
    const dataset = await readOxfordDataset(folder);
    await Deno.writeTextFile(dataset.database.paths[1]!, "no image");
    const { database, queries, truth } = await drain(
      keepReadable(dataset, {}),
    );
    assert.equal(database.paths.length, 4);
    assert.equal(queries.boxes!.length, 2);
    assert.deepEqual([...listNeighbors(truth!.positives, 0)], [0, 1]);
    assert.deepEqual([...listNeighbors(truth!.ignored, 0)], [3]);
    assert.deepEqual([...listNeighbors(truth!.positives, 1)], [3]);
  }));

Deno.test("readOxfordDataset() names what is wrong", async () => {
  const bad: [Record<string, string>, RegExp][] = [
    [{ ...LISTS, "hall-1_good": "hall_7\nhall_8" }, /has no hall_7, hall_8$/],
    [{ ...LISTS, "inn-1_query": "oxc1_inn_7 0 0 4 4" }, /has no inn_7$/],
    [{ ...LISTS, "inn-1_query": "inn_2 0 0 4" }, /inn-1_query.txt says "inn_2/],
    [{ ...LISTS, "inn-1_query": "inn_2 4 0 4 4" }, /inn-1_query.txt says/],
    [{ "inn-1_query": "inn_2 0 0 4 4" }, /inn-1_good.txt/],
    [{}, /has no NAME_query.txt/],
  ];
  for (const [lists, where] of bad) {
    await withOxford(lists, async (folder) => {
      await assert.rejects(readOxfordDataset(folder), {
        name: "DatasetError",
        where,
      });
    });
  }
  await withOxford(LISTS, async (folder) => {
    await Deno.writeTextFile(join(folder, "x_query.txt"), "hall_1 0 0 4 4");
    await assert.rejects(readOxfordDataset(folder), {
      name: "DatasetError",
      where: /all have NAME_query.txt$/,
    });
  });
});
