import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { AVG, NETVLAD, refuse, runTask } from "./refuse.ts";
import { cut, withCity, writeText } from "./spoil.ts";

Deno.test("tasks stop at an image that cannot be read, with its name", () =>
  withCity(async (city) => {
    const bad = {
      missing: join(city, "val/database_1_1.jpg"),
      empty: join(city, "queries_real/val/query_2_1.jpg"),
      cut: join(city, "train/database_3_2.jpg"),
    };
    await Deno.remove(bad.missing);
    await Deno.writeTextFile(bad.empty, "");
    await cut(bad.cut, 500);
    const data = ["--data-path", city];
    const val = join(city, "queries_real/val");
    const fix = /^replace |^check the path/;
    await refuse(
      {
        args: ["test", ...data, ...AVG],
        what: /^DatasetError: Cannot read an image$/,
        where: /val\/database_1_1\.jpg/,
        fix,
      },
      {
        args: ["extract", "--images", val, "--output", "o/a.h5", ...AVG],
        what: /^DatasetError: Cannot decode an image$/,
        where: /query_2_1\.jpg \(the file is empty\)/,
        fix,
      },
      {
        args: ["cluster", ...data, ...NETVLAD],
        what: /^DatasetError: Cannot decode an image \(JPEG\)$/,
        where: /train\/database_3_2\.jpg/,
        fix: /set --skip-unreadable to leave it out$/,
      },
      {
        args: ["train", ...data, ...AVG, "--epochs", "1"],
        what: /^DatasetError: Cannot read an image$/,
        where: /val\/database_1_1\.jpg/,
        fix,
      },
    );
  }));

Deno.test("tasks leave out images that cannot be read if asked to, and count them aloud", () =>
  withCity(async (city, folder) => {
    const bad = join(city, "val/database_1_1.jpg");
    await Deno.writeTextFile(bad, "text");
    const train = join(city, "train/database_0_0.jpg");
    await cut(train, 300);
    const args = ["--skip-unreadable", "--json"];
    const data = ["--data-path", city];
    const run = async (...args: string[]): Promise<unknown> => {
      const { code, out, err } = await runTask(args, { cwd: folder });
      assert.equal(code, 0, err);
      const image = args[0] === "cluster" ? train : bad;
      assert.ok(
        err.match(/left out 1 of \d+ images .*/)?.[0].endsWith(`: ${image}`),
        err,
      );
      return JSON.parse(out);
    };
    await Promise.all([
      run("test", ...data, ...AVG, ...args).then((json) =>
        assert.equal((json as { database: number }).database, 11)
      ),
      run("cluster", ...data, ...NETVLAD, ...args),
      run(
        "extract",
        ...["--images", join(city, "val"), "--output", "a.npy"],
        ...[...AVG, ...args],
      ).then((json) =>
        assert.equal((json as { numImages: number }).numImages, 11)
      ),
    ]);
    for await (const { name } of Deno.readDir(join(city, "val"))) {
      await Deno.writeTextFile(join(city, "val", name), "");
    }
    await refuse({
      args: ["test", ...data, ...AVG, "--skip-unreadable"],
      what: /^DatasetError: Cannot read any of the images$/,
      where: /database_0_0\.jpg and 11 others$/,
      fix: /whole JPEG, PNG or WebP/,
    });
  }));

Deno.test("tasks refuse images of different sizes in a batch, and images too small", () =>
  withCity(async (city) => {
    const pixels = new Uint8Array(32 * 32 * 3);
    await Deno.writeFile(
      join(city, "val/database_1_0.jpg"),
      await encodeJpeg({ width: 32, height: 32, pixels }, 80),
    );
    const data = ["--data-path", city];
    const mixed = {
      what: /^DatasetError: Cannot batch images of different sizes$/,
      where: /database_0_0\.jpg is 64x48, .*database_1_0\.jpg is \d+x\d+$/,
      fix: /^set --resize to one size/,
    };
    const extract = ["extract", "--images", join(city, "test"), ...AVG];
    await refuse(
      { args: ["test", ...data, ...AVG], ...mixed },
      { args: ["train", ...data, ...AVG, "--epochs", "1"], ...mixed },
      {
        args: [...extract, "--output", "o/a.h5", "--resize", "2x2"],
        what: /^ShapeError: Cannot encode images of 2x2$/,
        where: /^--resize$/,
        fix: /larger images, at least \d+x\d+$/,
      },
    );
  }));

Deno.test("tasks refuse to train where no query has a positive, and leave no run", () =>
  withCity((city) =>
    refuse({
      args: [
        ...["train", "--data-path", city, ...AVG],
        ...["--positive-radius", "0.001"],
      ],
      what: /^DatasetError: Cannot train: no query has a potential positive$/,
      where: /split train/,
      fix: /^widen --potential-positive-ring/,
    })
  ));

Deno.test("tasks take any path, images listed twice, and batches beyond the images", () =>
  inFolder(async (folder) => {
    const strange = join(folder, "ünï códe %20#?&'\"");
    await cp(await tinyCity(), strange, { recursive: true });
    const image = join(strange, "val/a b%41#.JPG");
    await Deno.copyFile(join(strange, "val/database_0_0.jpg"), image);
    const list = await writeText(
      strange,
      "list.txt",
      `${image}\n\n${image}\r\n`,
    );
    const extract = await runTask(
      [
        ...["extract", "--images", list, ...AVG, "--json"],
        ...["--describe-batch", "1000000000", "--output", "o %#ü/a b.npy"],
      ],
      { cwd: folder },
    );
    assert.equal(extract.code, 0, extract.err);
    const { names, numImages } = JSON.parse(extract.out);
    assert.equal(numImages, 2);
    assert.equal(
      await Deno.readTextFile(join(folder, names)),
      `${image}\n${image}\n`,
    );
    const test = await runTask(
      [
        ...["test", "--data-path", strange, ...NETVLAD, "--json"],
        ...["--centroids-path", "c %#", "--output", "o %#ü/out"],
        ...["--recall-at", "1,1000000", "--cache-path", "ca %"],
      ],
      { cwd: folder },
    );
    assert.equal(test.code, 0, test.err);
    assert.equal(JSON.parse(test.out).recall["1000000"], 1);
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      ["c %#", "o %#ü", "ünï códe %20#?&'\""],
    );
  }));
