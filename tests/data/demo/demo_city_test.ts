import assert from "node:assert/strict";
import { createDemoCity } from "../../../lib/data/demo/demo_city.ts";
import {
  DEMO_CITY_DEFAULTS,
  type DemoCityOptions,
  resolveDemoCityOptions,
} from "../../../lib/data/demo/options.ts";
import { takeAllPhotos } from "../../../lib/data/demo/photo_pool.ts";
import {
  type PittsburghSplit,
  readPittsburghDataset,
} from "../../../lib/data/pittsburgh.ts";
import { decodeImage } from "../../../lib/data/image/decode.ts";
import { drain } from "../../../lib/progress.ts";

/** Small enough for a test, large enough for every kind of file. */
const TINY: Partial<DemoCityOptions> = {
  width: 64,
  height: 48,
  trainPlaces: 2,
  valPlaces: 1,
  testPlaces: 2,
  headingsPerPlace: 2,
  queriesPerPlace: 1,
  workers: 1,
};
const NUM_IMAGES = 15;

async function inFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** All files under a folder and a hash of each. */
async function hashFiles(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) {
      for (const [inner, hash] of Object.entries(await hashFiles(path))) {
        hashes[`${name}/${inner}`] = hash;
      }
    } else {
      const digest = await crypto.subtle.digest(
        "SHA-256",
        await Deno.readFile(path),
      );
      hashes[name] = new Uint8Array(digest).toHex();
    }
  }
  return hashes;
}

async function listNames(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.sort();
}

Deno.test("createDemoCity() gives the same bytes with any number of workers, and others for another seed", () =>
  inFolder(async (folder) => {
    const variants = { one: {}, two: { workers: 2 }, other: { seed: 2 } };
    for (const [name, changes] of Object.entries(variants)) {
      await drain(createDemoCity(`${folder}/${name}`, { ...TINY, ...changes }));
    }
    const one = await hashFiles(`${folder}/one`);
    assert.deepEqual(await hashFiles(`${folder}/two`), one);
    const other = await hashFiles(`${folder}/other`);
    const photos = Object.keys(one).filter((name) => name.endsWith(".jpg"));
    assert.equal(photos.length, NUM_IMAGES);
    assert.equal(new Set(photos.map((name) => one[name])).size, NUM_IMAGES);
    for (const name of photos) assert.notEqual(one[name], other[name]);
  }));

Deno.test("createDemoCity() lays the city out as Pittsburgh and reports every photograph", () =>
  inFolder(async (folder) => {
    const root = `${folder}/city`;
    const done: number[] = [];
    const { splits } = await drain(
      createDemoCity(`${root}/`, { ...TINY, workers: 2 }),
      (event) => done.push(event.done),
    );
    assert.deepEqual(done, Array.from({ length: NUM_IMAGES }, (_, i) => i + 1));
    assert.deepEqual(splits, {
      train: { database: 4, queries: 2 },
      val: { database: 2, queries: 1 },
      test: { database: 4, queries: 2 },
    });
    const counts: [PittsburghSplit, number, number][] = [
      ["train", 4, 2],
      ["val", 2, 1],
      ["test", 4, 2],
      ["test250k", 4, 2],
    ];
    for (const [split, numDatabase, numQueries] of counts) {
      const { database, queries, ...rest } = await readPittsburghDataset(
        root,
        split,
      );
      assert.equal(database.paths.length, numDatabase);
      assert.equal(queries.paths.length, numQueries);
      assert.equal(rest.positiveRadius, 25);
      assert.deepEqual(rest.potentialPositiveRing, [0, 10]);
      for (const path of [...database.paths, ...queries.paths]) {
        const image = decodeImage(await Deno.readFile(path), path);
        assert.deepEqual([image.width, image.height], [64, 48]);
      }
    }
  }));

Deno.test("createDemoCity() leaves a whole city as it is and replaces one of other options", () =>
  inFolder(async (folder) => {
    const root = `${folder}/city`;
    const first = await drain(createDemoCity(root, TINY));
    await Deno.writeTextFile(`${root}/guest.txt`, "still here");
    const again = await drain(createDemoCity(root, { ...TINY, workers: 2 }));
    assert.deepEqual([first.isNew, again.isNew], [true, false]);
    assert.deepEqual(again.splits, first.splits);
    assert.ok((await listNames(root)).includes("guest.txt"));

    const other = await drain(createDemoCity(root, { ...TINY, seed: 2 }));
    assert.equal(other.isNew, true);
    assert.ok(!(await listNames(root)).includes("guest.txt"));
    assert.deepEqual(await listNames(folder), ["city"]);
  }));

Deno.test("createDemoCity() leaves nothing when it is stopped, and can be started again", () =>
  inFolder(async (folder) => {
    const root = `${folder}/city`;
    for await (const _ of createDemoCity(root, TINY)) break;
    assert.deepEqual(await listNames(folder), []);

    await Deno.mkdir(`${root}.partial/000`, { recursive: true }); // as if it had been killed
    await Deno.writeTextFile(`${root}.partial/demo-city.json`, "{");
    await Deno.writeTextFile(`${root}.partial/000/half.jpg`, "half");
    await drain(createDemoCity(root, TINY));
    assert.deepEqual(await listNames(folder), ["city"]);
    assert.ok(!(await listNames(`${root}/000`)).includes("half.jpg"));
  }));

Deno.test("createDemoCity() does not touch a folder that is not a demo city", () =>
  inFolder(async (folder) => {
    for (const taken of [`${folder}/photos`, `${folder}/city.partial`]) {
      await Deno.mkdir(taken);
      await Deno.writeTextFile(`${taken}/mine.txt`, "mine");
    }
    for (const name of ["photos", "city"]) {
      await assert.rejects(drain(createDemoCity(`${folder}/${name}`, TINY)), {
        name: "DatasetError",
        where: name === "city" ? `${folder}/city.partial` : `${folder}/photos`,
        fix: /^choose another folder/,
      });
    }
    assert.deepEqual(await listNames(`${folder}/photos`), ["mine.txt"]);
    assert.deepEqual(await listNames(`${folder}/city.partial`), ["mine.txt"]);
  }));

Deno.test("createDemoCity() says which folder cannot be made", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "not a folder");
    await assert.rejects(drain(createDemoCity(`${folder}/file/city`, TINY)), {
      name: "DatasetError",
      where: new RegExp(`^${folder}/file/city`),
      fix: /^choose/,
    });
  }));

Deno.test("takeAllPhotos() says why a photograph cannot be written", () =>
  inFolder(async (folder) => {
    const options = resolveDemoCityOptions({ ...TINY, workers: 2 });
    const missing = `${folder}/missing`;
    await assert.rejects(drain(takeAllPhotos(options, missing, NUM_IMAGES)), {
      name: "DatasetError",
      where: new RegExp(`^${missing} \\(.*os error`),
      fix: /^free disk space/,
    });
  }));

Deno.test("resolveDemoCityOptions() names every option that is wrong", () => {
  assert.deepEqual(resolveDemoCityOptions(), DEMO_CITY_DEFAULTS);
  assert.throws(
    () => resolveDemoCityOptions({ width: 4, occluders: 2, quality: 0 }),
    {
      name: "OptionsError",
      where:
        /^width is 4, must be .*; occluders is 2, must be .*; quality is 0/,
      fix: /^correct them/,
    },
  );
});
