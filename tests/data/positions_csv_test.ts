import assert from "node:assert/strict";
import { readPositionsCsv } from "../../lib/data/positions_csv.ts";
import { findUtmZone, toUtm } from "../../lib/data/utm.ts";
import { withFiles } from "./make_files.ts";

const LUND = new URL(
  "../../../shared/data/images/opensfm-lund/positions.csv",
  import.meta.url,
);
const hasLund = await Deno.stat(LUND).then(() => true, () => false);

const METERS = `\ufeffRole,Image,Easting,Northing,weather
database,"a, b.jpg",584982.72794369,4476997.676741658,sun

query,/q.jpg,5.8499e5,4476999,
`;

Deno.test("readPositionsCsv() reads UTM metres and roles", async () => {
  await withFiles({
    "p.csv": METERS.replace("/q", "q"),
    "a, b.jpg": "",
    "q.jpg": "",
  }, async (folder) => {
    assert.deepEqual(await readPositionsCsv(`${folder}/p.csv`), {
      name: folder.split("/").at(-1),
      split: "all",
      database: {
        paths: [`${folder}/a, b.jpg`],
        eastMeters: Float64Array.of(584982.72794369),
        northMeters: Float64Array.of(4476997.676741658),
      },
      queries: {
        paths: [`${folder}/q.jpg`],
        eastMeters: Float64Array.of(584990),
        northMeters: Float64Array.of(4476999),
      },
      positiveRadius: 25,
      potentialPositiveRing: [0, 10],
      unit: "meters",
    });
  });
});

Deno.test("readPositionsCsv() looks for images under dataPath if it is given", async () => {
  const files = { "lists/p.csv": METERS, "set/a, b.jpg": "" };
  await withFiles(files, async (folder) => {
    const dataPath = `${folder}/set`;
    await assert.rejects(readPositionsCsv(`${folder}/lists/p.csv`), {
      name: "DatasetError",
      where: /\/lists\/a, b\.jpg .*named by .*p\.csv$/,
      fix: /dataPath/,
    });
    await assert.rejects(
      readPositionsCsv(`${folder}/lists/p.csv`, { dataPath }),
      { name: "DatasetError", where: /^\/q\.jpg / },
    );
  });
});

Deno.test("readPositionsCsv() converts all degrees to the zone of the first row", async () => {
  for (const names of ["lat,lon", "longitude,latitude"]) {
    const isLatFirst = names.startsWith("lat");
    const line = (image: string, lat: number, lon: number): string =>
      [image, ...(isLatFirst ? [lat, lon] : [lon, lat])].join(",");
    const text = [
      `file,${names}`,
      line("a.jpg", -0.00005, 11.9999),
      line("b.jpg", 0.00005, 12.0001),
    ].join("\r\n");
    await withFiles({ "p.csv": text, "a.jpg": "" }, async (folder) => {
      const { database, queries, ownDatabaseIndex } = await readPositionsCsv(
        `${folder}/p.csv`,
        { leaveOneOut: true },
      );
      assert.deepEqual(database, queries);
      assert.deepEqual(ownDatabaseIndex, Int32Array.of(0, 1));
      const zone = findUtmZone(-0.00005, 11.9999);
      const second = toUtm(0.00005, 12.0001, zone);
      assert.deepEqual(
        [database.eastMeters[1], database.northMeters[1]],
        [second.eastMeters, second.northMeters],
      );
      const distance = Math.hypot(
        database.eastMeters[1]! - database.eastMeters[0]!,
        database.northMeters[1]! - database.northMeters[0]!,
      );
      assert.ok(distance > 24 && distance < 26, `${distance}`);
    });
  }
});

Deno.test("readPositionsCsv() reads one split if there are several", async () => {
  const text = "image,easting,northing,split\na.jpg,1,2,train\nb.jpg,3,4,val\n";
  await withFiles(
    { "p.csv": text, "a.jpg": "", "b.jpg": "" },
    async (folder) => {
      const given = { leaveOneOut: true, split: "val" };
      const read = await readPositionsCsv(`${folder}/p.csv`, given);
      assert.deepEqual(read.split, "val");
      assert.deepEqual(read.queries.paths, [`${folder}/b.jpg`]);
      await assert.rejects(
        readPositionsCsv(`${folder}/p.csv`, { ...given, split: "test" }),
        { name: "DatasetError", where: /column split/, fix: /train, val$/ },
      );
    },
  );
});

Deno.test("readPositionsCsv() lists all bad rows together", async () => {
  const rows = [
    "image,lat,lon,role",
    "a.jpg,91,13,database",
    "b.jpg,55.7,13,database",
    ",55,x,query",
    "c.jpg,,13,gallery",
    "d.jpg,55,13",
    ...Array.from({ length: 9 }, () => "e.jpg,0x10,13,query"),
  ];
  await withFiles({ "p.csv": rows.join("\n") }, async (folder) => {
    const path = `${folder}/p.csv`;
    await assert.rejects(readPositionsCsv(path), {
      name: "DatasetError",
      message: /^Cannot use 13 rows of positions\n/,
      where: `${path}: ` + [
        'line 2: lat is "91", not a number within ±90',
        'line 4: image is empty, lon is "x", not a number within ±180',
        'line 5: lat is "", not a number within ±90, role is "gallery", not database or query',
        "line 6: it has not one value for each column",
        ...[7, 8, 9, 10, 11, 12].map((line) =>
          `line ${line}: lat is "0x10", not a number within ±90`
        ),
        "and 3 more",
      ].join("; "),
      fix: /correct or remove/,
    });
  });
});

Deno.test("readPositionsCsv() says what a file lacks", async () => {
  const far = "image,lat,lon\na.jpg,55,13\nb.jpg,55,-100\n";
  const cases: [string, RegExp, RegExp][] = [
    ["", /p\.csv$/, /column names/],
    ["image,lat,lon\n", /p\.csv$/, /one row per image/],
    ["name,lat,lon\na,1,2\n", /columns are: name, lat, lon/, /image or file/],
    ["image,lat,longitude\na,1,2\n", /columns are/, /latitude and longitude/],
    ["image,lat,lon\na,1,2\n", /columns are/, /column role .* leaveOneOut/],
    ['image,lat,lon\n"a,1,2\n', /p\.csv \(/, /quotes/],
  ];
  for (const [text, where, fix] of cases) {
    await withFiles({ "p.csv": text }, async (folder) => {
      await assert.rejects(readPositionsCsv(`${folder}/p.csv`), {
        name: "DatasetError",
        where,
        fix,
      });
    });
  }
  await withFiles({ "p.csv": far }, async (folder) => {
    await assert.rejects(
      readPositionsCsv(`${folder}/p.csv`, { leaveOneOut: true }),
      { name: "DatasetError", where: /line 3/, fix: /split the file/ },
    );
    await assert.rejects(readPositionsCsv(`${folder}/nope.csv`), {
      name: "DatasetError",
      where: /nope\.csv/,
      fix: /holds p\.csv$/,
    });
  });
  await withFiles(
    { "p.csv": METERS.replace(/^query.*$/m, "") },
    async (folder) => {
      await Deno.writeTextFile(`${folder}/a, b.jpg`, "");
      await assert.rejects(readPositionsCsv(`${folder}/p.csv`), {
        name: "DatasetError",
        message: /without queries/,
        where: /p\.csv, split all$/,
      });
    },
  );
});

Deno.test({
  name: `readPositionsCsv() reads a real file${
    hasLund ? "" : " (skipped: no ../shared/data)"
  }`,
  ignore: !hasLund,
  fn: async () => {
    const read = await readPositionsCsv(LUND.pathname, { leaveOneOut: true });
    assert.equal(read.queries.paths.length, 29);
    assert.equal(read.name, "opensfm-lund");
    const spread = Math.max(...read.queries.eastMeters) -
      Math.min(...read.queries.eastMeters);
    assert.ok(spread > 10 && spread < 1000, `${spread}`);
  },
});
