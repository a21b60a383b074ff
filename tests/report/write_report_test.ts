import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeImage } from "../../lib/data/image/decode.ts";
import { recallInterval } from "../../lib/evaluate/confidence.ts";
import { drain } from "../../lib/progress.ts";
import { readReportData } from "../../lib/report/read_report_data.ts";
import type { ReportData } from "../../lib/report/report_data.ts";
import type { ThumbnailSource } from "../../lib/report/thumbnails.ts";
import {
  type ReportContent,
  type ReportSettings,
  writeReport,
} from "../../lib/report/write_report.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity, TINY_HEIGHT, TINY_WIDTH } from "../tiny_city.ts";
import {
  makeContent,
  makeEvaluation,
  type RoadImage,
} from "./make_evaluation.ts";

/** Makes the same bytes of every file. */
function drawBytes(count: number): () => ThumbnailSource {
  const jpeg = new Uint8Array(count).fill(1);
  return () => ({
    draw: () => Promise.resolve(jpeg),
    [Symbol.dispose]: () => {},
  });
}

async function writeAndRead(
  path: string,
  content: ReportContent,
  settings?: ReportSettings,
): Promise<ReportData> {
  await drain(writeReport(path, content, settings));
  return readReportData(await Deno.readTextFile(path));
}

/** What the tiny city's queries are answered with: right, wrong, right, … */
async function searchTinyCity(): Promise<ReportContent> {
  const { queries, database, ...dataset } = await readTinyCity("val");
  return makeContent(makeEvaluation({
    queries: [],
    database: [],
    predictions: queries.paths.map((_, query) =>
      query % 2 === 0 ? [3 * (query >> 1), 0, 1, 2, 4] : [11, 10, 9, 8, 7]
    ),
    recallAt: [1, 5],
    dataset: { queries, database, ...dataset },
  }));
}

Deno.test("writeReport() writes what can be read back, with small pictures of the images", () =>
  inFolder(async (folder) => {
    const content = await searchTinyCity();
    const training = [
      { epoch: 0, loss: null, learningRate: 0, recall: { "1": 0.25 } },
      { epoch: 1, loss: 0.125, learningRate: 0.5, recall: null, tuples: 3 },
    ];
    const path = join(folder, "new", "report.html");
    const data = await writeAndRead(path, { ...content, training });
    const { dataset, recall } = content.evaluation;
    assert.deepEqual(data.dataset, {
      name: "pittsburgh",
      split: "val",
      numQueries: 8,
      numDatabase: 12,
      queriesWithoutPositives: 0,
      positiveRadius: 25,
      unit: "meters",
      countedQueries: 8,
      protocol: "all queries, 25 m",
    });
    assert.deepEqual(data.results, [{
      title: "model",
      recall: [1, 5].map((n) => ({
        n,
        value: recall.get(n)!,
        ...recallInterval(recall.get(n)!, 8),
      })),
    }]);
    const { tuples: _, ...second } = training[1]!;
    assert.deepEqual(data.training, [training[0], second]);
    for (const key of ["title", "facts", "options", "engine"] as const) {
      assert.deepEqual(data[key], content[key]);
    }
    const { queries, database } = data.gallery;
    for (const { paths, thumbnails } of [queries, database]) {
      for (const [row, thumbnail] of thumbnails.entries()) {
        const bytes = Uint8Array.fromBase64(thumbnail!);
        const { width, height } = decodeImage(bytes, paths[row]!);
        assert.deepEqual([width, height], [TINY_WIDTH, TINY_HEIGHT]);
      }
    }
    const files = queries.paths.map((each) => join(folder, "new", each));
    assert.deepEqual(files, dataset.queries.paths);
    assert.deepEqual([...Deno.readDirSync(join(folder, "new"))].length, 1);
  }));

Deno.test("writeReport() writes the same bytes for the same content", () =>
  inFolder(async (folder) => {
    const content = await searchTinyCity();
    const path = join(folder, "report.html");
    const thumbnails = new Map<string, string | null>();
    const write = async (settings?: ReportSettings): Promise<string> => {
      await drain(writeReport(path, content, settings));
      return await Deno.readTextFile(path);
    };
    const first = await write({ thumbnails });
    assert.equal(await write(), first);
    assert.ok(thumbnails.size > 12);
    assert.equal(await write({ thumbnails }), first);
  }));

Deno.test("writeReport() stays under 20 MB with 10 000 queries, and embeds what fits", () =>
  inFolder(async (folder) => {
    const numbers = Array.from({ length: 10_000 }, (_, i) => i);
    const place = (role: string): RoadImage[] =>
      numbers.map((i) => [
        `/data/some/folder/of/images/${role}/${i % 100}/${i}_pitch1_yaw1.jpg`,
        40 * i + (role === "queries" ? 5 : 0),
      ]);
    const evaluation = makeEvaluation({
      queries: place("queries"),
      database: place("database"),
      predictions: numbers.map((i) =>
        [0, 1, 2, 3, 4].map((place) => (i * (i % 3 + 1) + place) % 10_000)
      ),
    });
    const path = join(folder, "report.html");
    const data = await writeAndRead(path, makeContent(evaluation), {
      createSource: drawBytes(4000),
    });
    const { size } = await Deno.stat(path);
    assert.ok(size < 20e6, `${size} bytes`);
    const { queries, database, correct } = data.gallery;
    const embedded = [...queries.thumbnails, ...database.thumbnails]
      .filter((thumbnail) => thumbnail !== null);
    const bytes = embedded.length * embedded[0]!.length;
    assert.ok(bytes > 11e6 && bytes <= 12e6, `${bytes} bytes of thumbnails`);
    const shown = numbers.filter((query) => queries.thumbnails[query] !== null);
    const right = shown.filter((query) => correct[query * 5] === "1").length;
    assert.ok(Math.abs(right - shown.length / 2) <= 1);
    assert.ok(shown.some((query) => query > 9900) && shown.includes(0));
  }));

Deno.test("writeReport() has fewer thumbnails where the names take the space", () =>
  inFolder(async (folder) => {
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    const long = "ü".repeat(5000); // 10 000 bytes
    const content = makeContent(makeEvaluation({
      queries: numbers.map((i) => [`${long}${i}`, 0]),
      database: [["d", 0]],
      predictions: numbers.map(() => [0]),
    }));
    const path = join(folder, "report.html");
    const data = await writeAndRead(path, content, {
      createSource: drawBytes(30_000),
    });
    assert.ok((await Deno.stat(path)).size < 20e6);
    const count = data.gallery.queries.thumbnails
      .filter((thumbnail) => thumbnail !== null).length;
    assert.ok(count > 100 && count < 150, `${count}`);
  }));

Deno.test("writeReport() keeps names whole, whatever is in them", () =>
  inFolder(async (folder) => {
    const names = [
      "</script><script>alert(1)</script>.jpg",
      "<!--.jpg",
      `"quotes' & amp;.jpg`,
      "#hash?query%41 space.jpg",
      "back\\slash.jpg",
      "Straße ✈ 日本.jpg",
      "line\u2028separator\nand break.jpg",
    ];
    const content = makeContent(makeEvaluation({
      queries: names.map((name) => [join(folder, name), 0]),
      database: names.map((name) => [join(folder, "db", name), 0]),
      predictions: names.map((_, i) => [i]),
    }));
    const path = join(folder, "report.html");
    const title = "</title></script><b>";
    const data = await writeAndRead(path, { ...content, title });
    assert.deepEqual(data.gallery.queries.paths, names);
    assert.equal(data.title, title);
    assert.deepEqual(
      data.gallery.database.paths.toSorted(),
      names.map((name) => `db/${name}`).toSorted(),
    );
    const html = await Deno.readTextFile(path);
    assert.ok(!html.includes("<script>alert"));
    assert.ok(!html.includes("</title></script>"));
  }));

Deno.test("writeReport() is ended without a trace, and what was there stays", () =>
  inFolder(async (folder) => {
    const path = join(folder, "report.html");
    await Deno.writeTextFile(path, "earlier");
    let isOpen = true;
    const stage = writeReport(path, await searchTinyCity(), {
      createSource: () => ({
        ...drawBytes(3)(),
        [Symbol.dispose]: () => isOpen = false,
      }),
    });
    assert.equal((await stage.next()).done, false);
    await stage.return();
    assert.equal(isOpen, false);
    assert.equal(await Deno.readTextFile(path), "earlier");
    assert.deepEqual([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("writeReport() says where it cannot write", () =>
  inFolder(async (folder) => {
    const path = join(folder, "report.html");
    await Deno.mkdir(path);
    const stage = writeReport(path, await searchTinyCity(), {
      createSource: drawBytes(3),
    });
    await assert.rejects(drain(stage), (error: Error & { where: string }) => {
      assert.equal(error.name, "CheckpointError");
      assert.match(error.where, /report\.html/);
      return true;
    });
  }));

Deno.test("readReportData() says so where there is no data", () => {
  const damaged =
    '<script type="application/json" id="report-data">{"a":</script>';
  for (const html of ["", "<html></html>", damaged]) {
    assert.throws(() => readReportData(html), {
      name: "CheckpointError",
      where: /^argument html \(/,
    });
  }
});
