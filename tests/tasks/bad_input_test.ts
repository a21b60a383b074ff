import { join } from "node:path";
import { writeBytesWhole } from "../../lib/files.ts";
import { encodeMatStruct, type MatField } from "../../lib/mat_write.ts";
import { inFolder } from "../in_folder.ts";
import { AVG, refuse } from "./refuse.ts";
import { cut, withCity, writeText } from "./spoil.ts";

Deno.test("tasks say which folder or file is missing", () =>
  inFolder(async (folder) => {
    const nope = join(folder, "nope");
    const common = { where: /nope/, fix: /no folder .*nope|holds/ };
    const data = ["--data-path", nope];
    const sides = ["--database", "a", "--queries", "b"];
    await refuse(
      {
        args: ["test", ...data, ...AVG],
        what: /^DatasetError: Cannot find a dataset in Pittsburgh layout$/,
        where: /nope\/datasets$/,
        fix: /^set --data-path to the folder .*; there is no folder .*nope$/,
      },
      {
        args: ["train", "--dataset", "utm", ...data, ...AVG],
        what: /^DatasetError: Cannot find a split of a dataset$/,
        ...common,
      },
      {
        args: ["test", "--dataset", "frames", ...data, ...sides, ...AVG],
        what: /^DatasetError: Cannot list images$/,
        ...common,
      },
      {
        args: ["test", "--dataset", "csv", "--positions", nope, ...AVG],
        what: /^DatasetError: Cannot open a file of positions$/,
        ...common,
      },
      {
        args: ["extract", "--images", nope, "--output", "o/a.h5", ...AVG],
        what: /^DatasetError: Cannot open a list of images$/,
        ...common,
      },
    );
  }));

Deno.test("tasks refuse lists and splits without images", () =>
  withCity(async (city, folder) => {
    await Deno.mkdir(join(folder, "empty"));
    const image = join(city, "val/database_0_0.jpg");
    const csv = await writeText(
      folder,
      "a.csv",
      `image,easting,northing,role\n${image},1,2,database\n`,
    );
    const list = await writeText(folder, "list.txt", "\n \n");
    await writeMat(city, { qImageFns: [], numQueries: 0, utmQ: positions([]) });
    const extract = ["extract", "--output", "o/a.npy", ...AVG, "--images"];
    await refuse(
      {
        args: [...extract, join(folder, "empty")],
        what: /^DatasetError: Cannot find any images$/,
        where: /empty$/,
        fix: /holds nothing$/,
      },
      {
        args: [...extract, list],
        what: /^DatasetError: Cannot use an empty list of images$/,
        where: /list\.txt$/,
        fix: /one image path per line/,
      },
      {
        args: [...extract, image],
        what: /^DatasetError: Cannot use a binary file as a list of images$/,
        where: /database_0_0\.jpg$/,
        fix: /text file/,
      },
      {
        args: ["test", "--dataset", "csv", "--positions", csv, ...AVG],
        what: /^DatasetError: Cannot use a dataset without queries$/,
        where: /a\.csv, split all$/,
        fix: /add images/,
      },
      {
        args: ["test", "--data-path", city, ...AVG],
        what: /^DatasetError: Cannot use a dataset without queries$/,
        where: /pitts30k_val\.mat, split val$/,
        fix: /add images/,
      },
    );
  }));

function positions(eastMeters: number[]): MatField {
  const data = Float64Array.from(eastMeters.flatMap((east) => [east, 0]));
  return { dims: [2, eastMeters.length], data };
}

/** Replaces the split `val` by one image, with fields that may be wrong. */
async function writeMat(
  city: string,
  fields: Record<string, MatField>,
): Promise<void> {
  const struct = {
    whichSet: "val",
    dbImageFns: ["val/database_0_0.jpg"],
    utmDb: positions([1]),
    qImageFns: ["val/query_0_0.jpg"],
    utmQ: positions([1]),
    numImages: 1,
    numQueries: 1,
    posDistThr: 25,
    posDistSqThr: 625,
    nonTrivPosDistSqThr: 100,
    ...fields,
  };
  const path = join(city, "datasets/pitts30k_val.mat");
  await writeBytesWhole(path, encodeMatStruct("dbStruct", struct));
}

Deno.test("tasks refuse a .mat that is missing, damaged or another", () =>
  withCity(async (city) => {
    const args = ["test", "--data-path", city, ...AVG];
    const mat = join(city, "datasets/pitts30k_val.mat");
    const where = /pitts30k_val\.mat/;
    const spoil: [() => Promise<unknown>, RegExp, RegExp][] = [
      [() => cut(mat, 1000), /Cannot read a damaged \.mat file/, /announced/],
      [() => cut(mat, 0), /Cannot read a file that is not MATLAB v5/, where],
      [
        () => Deno.writeTextFile(mat, "text"),
        /Cannot read a file that is not MATLAB v5/,
        where,
      ],
      [
        () =>
          writeBytesWhole(mat, encodeMatStruct("other", { a: 1, b: "text" })),
        /Cannot use a \.mat file as a dbStruct/,
        /lacks|other names/,
      ],
      [
        () => writeMat(city, { utmDb: positions([NaN]), numQueries: 3 }),
        /Cannot use a \.mat file as a dbStruct/,
        /numQueries is 3.*|position 1 of utmDb is not finite/,
      ],
      [() => Deno.remove(mat), /Cannot open a \.mat file/, where],
    ];
    for (const [act, what, where] of spoil) {
      await act();
      await refuse({ args, what, where, fix: /./ });
    }
  }));

Deno.test("tasks list the rows of a file of positions that are bad", () =>
  withCity(async (city, folder) => {
    const rows = async (name: string, text: string): Promise<string[]> => [
      ...["test", "--dataset", "csv", "--data-path", join(city, "val")],
      ...["--positions", await writeText(folder, name, text), ...AVG],
    ];
    const head = "image,easting,northing,role\n";
    await refuse(
      {
        args: await rows(
          "a.csv",
          `${head}a.jpg,NaN,0,database\nb.jpg,1,2\n,1,2,query\nc.jpg,1,0x1,else\n`,
        ),
        what: /^DatasetError: Cannot use 4 rows of positions$/,
        where:
          /line 2: easting is "NaN", not a number; line 3: it has not one value for each column; line 4: image is empty; line 5: northing is "0x1", not a number, role is "else", not database or query$/,
        fix: /correct or remove/,
      },
      {
        args: await rows("b.csv", "a,b\n1,2\n"),
        what: /^DatasetError: Cannot find the columns/,
        where: /its columns are: a, b/,
        fix: /name them/,
      },
      {
        args: await rows("c.csv", `${head}"a,1,2,query\n`),
        what: /^DatasetError: Cannot read a file of positions as CSV$/,
        where: /c\.csv \(Quote Not Closed/,
        fix: /close its quotes/,
      },
      {
        args: await rows("d.csv", "image,easting,northing\na.jpg,1,2\n"),
        what: /^DatasetError: Cannot tell queries from database images$/,
        where: /d\.csv/,
        fix: /set --leave-one-out/,
      },
      {
        args: await rows("e.csv", `${head}none.jpg,1,2,database\n`),
        what: /^DatasetError: Cannot find the images of a dataset$/,
        where: /none\.jpg/,
        fix: /set --data-path/,
      },
      {
        args: await rows("f.csv", "image,lat,lon,role\na.jpg,91,0,query\n"),
        what: /^DatasetError: Cannot use 1 rows of positions$/,
        where: /lat is "91", not a number within ±90$/,
        fix: /correct/,
      },
    );
  }));
