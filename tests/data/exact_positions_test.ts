import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { writeDbStruct } from "../../lib/data/dbstruct.ts";
import { readPittsburghDataset } from "../../lib/data/pittsburgh.ts";
import { readPositionsCsv } from "../../lib/data/positions_csv.ts";
import { findWithinRadius } from "../../lib/data/radius.ts";
import { readUtmFolderDataset } from "../../lib/data/utm_folder.ts";
import { inFolder } from "../in_folder.ts";

/** A query where float32 has steps of half a metre, and of 8 m. */
const ORIGINS: [number, number][] = [[584_950.25, 4_476_949.125], [
  99_999_996.5,
  -99_999_987.25,
]];

/** From the query, in metres: at 25 m, just inside, just outside, and near. */
const OFFSETS: [number, number][] = [
  [25, 0],
  [0, -25],
  [7, 24],
  [25.0625, 0],
  [-15, -20.0625],
  [24.9375, 0],
  [0.125, 0],
  [0, 0],
];
const WITHIN_25 = [0, 1, 2, 5, 6, 7];
const WITHIN_QUARTER = [6, 7];

interface Places {
  eastMeters: Float64Array;
  northMeters: Float64Array;
}

/** Positions of the database around an origin. */
function makeDatabase([east, north]: [number, number]): Places {
  return {
    eastMeters: Float64Array.from(OFFSETS, ([dx]) => east + dx),
    northMeters: Float64Array.from(OFFSETS, ([, dy]) => north + dy),
  };
}

function assertExact(
  { database, queries }: Pick<PlaceDataset, "database" | "queries">,
  [east, north]: [number, number],
): void {
  const expected = makeDatabase([east, north]);
  assert.deepEqual(database.eastMeters, expected.eastMeters);
  assert.deepEqual(database.northMeters, expected.northMeters);
  assert.deepEqual([...queries.eastMeters], [east]);
  assert.deepEqual([...queries.northMeters], [north]);
  const near = (radius: number): number[] => [
    ...findWithinRadius(queries, database, radius).indices,
  ];
  assert.deepEqual(near(25), WITHIN_25);
  assert.deepEqual(near(0.25), WITHIN_QUARTER);
}

/** Names that sort in the order of the offsets. */
const NAMES = OFFSETS.map((_, i) => `d${i}.jpg`);

for (const origin of ORIGINS) {
  const [east, north] = origin;
  const where = `near ${Math.round(east)}, ${Math.round(north)}`;

  Deno.test(`readPittsburghDataset() keeps every digit of positions ${where}`, () =>
    inFolder(async (root) => {
      for (const name of ["val/q.jpg", ...NAMES.map((n) => `val/${n}`)]) {
        for (const side of [".", "queries_real"]) {
          await Deno.mkdir(join(root, side, "val"), { recursive: true });
          await Deno.writeTextFile(join(root, side, name), "");
        }
      }
      await writeDbStruct(join(root, "datasets/pitts30k_val.mat"), {
        whichSet: "val",
        dbImageFns: NAMES.map((name) => `val/${name}`),
        utmDb: makeDatabase(origin),
        qImageFns: ["val/q.jpg"],
        utmQ: {
          eastMeters: Float64Array.of(east),
          northMeters: Float64Array.of(north),
        },
        numImages: NAMES.length,
        numQueries: 1,
        posDistThr: 25,
        posDistSqThr: 625,
        nonTrivPosDistSqThr: 100,
      });
      assertExact(await readPittsburghDataset(root, "val"), origin);
    }));

  Deno.test(`readPositionsCsv() keeps every digit of positions ${where}`, () =>
    inFolder(async (root) => {
      const rows = [
        "image,easting,northing,role",
        `q.jpg,${east},${north},query`,
        ...OFFSETS.map(([dx, dy], i) =>
          `${NAMES[i]},${east + dx},${north + dy},database`
        ),
      ];
      for (const name of ["q.jpg", ...NAMES]) {
        await Deno.writeTextFile(join(root, name), "");
      }
      await Deno.writeTextFile(join(root, "a.csv"), `${rows.join("\n")}\n`);
      assertExact(await readPositionsCsv(join(root, "a.csv")), origin);
    }));

  Deno.test(`readUtmFolderDataset() keeps every digit of positions ${where}`, () =>
    inFolder(async (root) => {
      for (const side of ["database", "queries"]) {
        await Deno.mkdir(join(root, "val", side), { recursive: true });
      }
      const write = (side: string, x: number, y: number): Promise<void> =>
        Deno.writeTextFile(join(root, "val", side, `@${x}@${y}@a.jpg`), "");
      await write("queries", east, north);
      for (const [dx, dy] of OFFSETS) {
        await write("database", east + dx, north + dy);
      }
      const { database, queries } = await readUtmFolderDataset(root, "val");
      // Sorted by name; in the order of the offsets here.
      const wanted = makeDatabase(origin);
      const order = Array.from(
        wanted.eastMeters,
        (x, i) =>
          database.eastMeters.findIndex((other, j) =>
            other === x && database.northMeters[j] === wanted.northMeters[i]
          ),
      );
      const pick = (values: Float64Array): Float64Array =>
        Float64Array.from(order, (j) => values[j] ?? NaN);
      const sorted = {
        paths: database.paths,
        eastMeters: pick(database.eastMeters),
        northMeters: pick(database.northMeters),
      };
      assertExact({ database: sorted, queries }, origin);
    }));
}
