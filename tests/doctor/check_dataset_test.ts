import assert from "node:assert/strict";
import { join } from "node:path";
import type { DatasetOptions } from "../../lib/data/read_dataset.ts";
import { readDbStruct, writeDbStruct } from "../../lib/data/dbstruct.ts";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { checkDataset } from "../../lib/doctor/check_dataset.ts";
import type { Finding } from "../../lib/doctor/finding.ts";
import type { ImageCheck } from "../../lib/doctor/images.ts";
import { createRandom } from "../../lib/random.ts";
import { inFolder } from "../in_folder.ts";
import { cut, withCity, writeText } from "../tasks/spoil.ts";
import { listTroubles, runCheck } from "./make_places.ts";

const CHECK: ImageCheck = {
  images: { threads: 1 },
  all: true,
  random: createRandom(1),
  now: () => performance.now(),
};

async function check(
  given: Partial<DatasetOptions>,
  changes: Partial<ImageCheck> = {},
): Promise<{ findings: Finding[]; troubles: string[] }> {
  const { findings } = await runCheck(
    checkDataset(given, { ...CHECK, ...changes }),
  );
  return { findings, troubles: listTroubles(findings) };
}

function find(findings: readonly Finding[], check: string): Finding {
  const found = findings.find((each) =>
    each.check === check && each.grade !== "fine"
  );
  assert.ok(found, `nothing is wrong with ${check}`);
  return found;
}

Deno.test("checkDataset() finds nothing wrong with the tiny city", () =>
  withCity(async (dataPath) => {
    const { result, findings } = await runCheck(
      checkDataset({ dataPath }, CHECK),
    );
    assert.deepEqual(listTroubles(findings), []);
    assert.deepEqual(
      result.map(({ split, database, queries, images }) => [
        split,
        database,
        queries,
        images.decoded,
        images.sizes,
      ]),
      [["train", 18, 12], ["val", 12, 8], ["test", 15, 10]].map(
        ([split, M, Q]) => {
          const count = Number(M) + Number(Q);
          return [split, M, Q, count, [{ width: 64, height: 48, count }]];
        },
      ),
    );
    const one = await runCheck(checkDataset({ dataPath, split: "val" }, CHECK));
    assert.deepEqual(one.result.map(({ split }) => split), ["val"]);
  }));

Deno.test("checkDataset() finds files that are missing, cut short, empty and no images, and names them", () =>
  withCity(async (dataPath) => {
    await Deno.remove(join(dataPath, "val/database_0_0.jpg"));
    await cut(join(dataPath, "val/database_1_1.jpg"), 300);
    await cut(join(dataPath, "queries_real/val/query_0_1.jpg"), 0);
    const given = { dataPath, split: "val" } as const;
    const { findings, troubles } = await check(given);
    assert.deepEqual(troubles, ["fails image files", "fails image files"]);
    const [missing, unreadable] = findings
      .filter(({ grade }) => grade === "fails");
    assert.equal(missing?.what, "val: 1 of 20 images are not there");
    assert.match(missing?.where ?? "", /database_0_0\.jpg$/);
    assert.equal(
      unreadable?.what,
      "val: 2 of 19 images that were decoded cannot be read",
    );
    assert.match(
      unreadable?.where ?? "",
      /database_1_1\.jpg \(.*query_0_1\.jpg/,
    );
    const images = { threads: 1, skipUnreadable: true };
    assert.deepEqual((await check(given, { images })).troubles, [
      "warns image files",
      "warns image files",
    ]);
  }));

Deno.test("checkDataset() finds that all files are missing, and checks all else", () =>
  withCity(async (dataPath) => {
    await Deno.remove(join(dataPath, "val"), { recursive: true });
    await Deno.remove(join(dataPath, "queries_real/val"), { recursive: true });
    const { findings, troubles } = await check({ dataPath, split: "val" });
    assert.deepEqual(troubles, ["fails image files"]);
    assert.match(find(findings, "image files").fix, /set dataPath/);
    assert.ok(findings.some(({ check }) => check === "positions"));
  }));

Deno.test("checkDataset() decodes a sample, the same for the same seed", () =>
  inFolder(async (folder) => {
    const jpeg = await encodeJpeg(
      { width: 8, height: 8, pixels: new Uint8Array(192) },
      90,
    );
    const rows = Array.from({ length: 150 }, (_, i) => `${i}.jpg,${i},${i}`);
    for (let i = 0; i < 150; i++) {
      await Deno.writeFile(join(folder, `${i}.jpg`), jpeg.slice(0, 9 + i));
    }
    const positions = await writeText(
      folder,
      "p.csv",
      ["image,easting,northing", ...rows].join("\n"),
    );
    const given = { dataset: "csv", positions, leaveOneOut: true } as const;
    const draw = async (seed: number): Promise<string> => {
      const random = createRandom(seed);
      const { findings } = await check(given, { all: false, random });
      return find(findings, "image files").where;
    };
    const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
    assert.equal(one, again);
    assert.notEqual(one, other);
  }));

Deno.test("checkDataset() finds images of several sizes, which one size mends", () =>
  withCity(async (dataPath) => {
    const pixels = new Uint8Array(100 * 75 * 3);
    const jpeg = await encodeJpeg({ width: 100, height: 75, pixels }, 90);
    await Deno.writeFile(join(dataPath, "val/database_2_0.jpg"), jpeg);
    const given = { dataPath, split: "val" } as const;
    const { findings, troubles } = await check(given);
    assert.deepEqual(troubles, ["fails image sizes"]);
    const { where, fix } = find(findings, "image sizes");
    assert.equal(where, "64x48 (19), 100x75 (1), of 20 decoded");
    assert.match(fix, /set resize to one size, such as 64x48/);
    const resize = { width: 64, height: 48 };
    const images = { threads: 1, resize };
    assert.deepEqual((await check(given, { images })).troubles, []);
  }));

Deno.test("checkDataset() finds damaged and absent specifications, and checks the other splits", () =>
  withCity(async (dataPath) => {
    await cut(join(dataPath, "datasets/pitts30k_val.mat"), 500);
    await Deno.remove(join(dataPath, "datasets/pitts30k_test.mat"));
    const { findings, troubles } = await check({ dataPath });
    assert.deepEqual(troubles, ["fails splits", "warns splits"]);
    const { what, where, fix } = find(findings, "splits");
    assert.equal(what, "val: Cannot read a damaged .mat file");
    assert.match(where, /pitts30k_val\.mat/);
    assert.match(fix, /; or set split to the one that you use$/);
    assert.ok(
      findings.some(({ what }) => what.startsWith("train: every query has")),
    );
    const asked = await check({ dataPath, split: "test" });
    assert.deepEqual(asked.troubles, ["fails splits"]);
  }));

Deno.test("checkDataset() says once that a folder is not there", async () => {
  const { findings } = await check({ dataPath: "no/such/folder" });
  assert.deepEqual(findings.map(({ grade, what }) => `${grade} ${what}`), [
    "fails train, val, test: Cannot find a dataset in Pittsburgh layout",
  ]);
  const frames = { dataset: "frames", database: "a", queries: "b" } as const;
  const { findings: ofFrames } = await check({ ...frames, dataPath: "no" });
  assert.equal(ofFrames[0]?.what, "Cannot list images");
});

Deno.test("checkDataset() finds shuffled and swapped positions, and splits that share images, of a spoiled specification", () =>
  withCity(async (dataPath) => {
    const path = (split: string): string =>
      join(dataPath, `datasets/pitts30k_${split}.mat`);
    const train = await readDbStruct(path("train"));
    const { utmDb, utmQ } = train;
    const order = createRandom(1).sampleDistinct(18, 18);
    await writeDbStruct(path("train"), {
      ...train,
      utmDb: {
        ...utmDb,
        eastMeters: utmDb.eastMeters.map((_, i) =>
          utmDb.eastMeters[order[i]!]!
        ),
      },
    });
    assert.deepEqual((await check({ dataPath, split: "train" })).troubles, [
      "warns name order",
    ]);
    await writeDbStruct(path("train"), {
      ...train,
      utmQ: { eastMeters: utmQ.northMeters, northMeters: utmQ.eastMeters },
    });
    assert.deepEqual((await check({ dataPath, split: "train" })).troubles, [
      "fails swapped axes",
    ]);
    await writeDbStruct(path("test"), train);
    const { troubles, findings } = await check({ dataPath });
    assert.ok(troubles.includes("warns overlap"), troubles.join());
    assert.equal(
      find(findings, "overlap").what,
      "train and test share 30 images",
    );
  }));

Deno.test("checkDataset() lists bad rows and empty sides of a CSV", () =>
  inFolder(async (folder) => {
    const head = "image,easting,northing,role\n";
    const bad = await writeText(folder, "bad.csv", `${head}a.jpg,x,1,query\n`);
    const { findings } = await check({ dataset: "csv", positions: bad });
    assert.equal(
      findings[0]?.what,
      "train, val, test: Cannot use 1 rows of positions",
    );
    assert.match(findings[0]?.where ?? "", /line 2: easting is "x"/);
    const empty = await writeText(folder, "e.csv", `${head}a.jpg,1,1,query\n`);
    const none = await check({ dataset: "csv", positions: empty });
    assert.match(none.findings[0]?.what ?? "", /without database$/);
  }));

Deno.test("checkDataset() reads a CSV without splits, and frames, once", () =>
  withCity(async (city, folder) => {
    const rows = [0, 1, 2].map((i) => `val/database_${i}_0.jpg,${9 * i},0`);
    const positions = await writeText(
      folder,
      "p.csv",
      ["image,easting,northing", ...rows].join("\n"),
    );
    const { findings, result } = await runCheck(
      checkDataset({
        dataset: "csv",
        dataPath: city,
        positions,
        leaveOneOut: true,
        positiveRadius: 9,
      }, CHECK),
    );
    assert.deepEqual(listTroubles(findings), []);
    assert.equal(result.length, 1);
    assert.equal(findings[0]?.what, "city: 3 queries, each against all others");
    const frames = await runCheck(
      checkDataset({
        dataset: "frames",
        dataPath: city,
        database: "test",
        queries: "queries_real/test",
      }, CHECK),
    );
    assert.equal(frames.result.length, 1);
    assert.equal(frames.result[0]?.images.unreadable, 0);
  }));
