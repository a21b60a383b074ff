import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  extractDescriptors,
  type Extraction,
  type ExtractSettings,
} from "../../lib/describe/extract.ts";
import { openHdf5 } from "../../lib/hdf5.ts";
import { readNpy } from "../../lib/npy.ts";
import { drain } from "../../lib/progress.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { describeOneByOne } from "../model/describe_one_by_one.ts";
import { makeModel } from "../model/make_model.ts";
import { readTinyCity, tinyCity } from "../tiny_city.ts";

/** Extracts with small batches; the texts of the notes are added to `notes`. */
function extract(
  model: ReturnType<typeof makeModel>,
  settings: ExtractSettings,
  notes: string[] = [],
): Promise<Extraction> {
  const stage = extractDescriptors(model, {
    describe: { describeBatch: 5 },
    ...settings,
  });
  return drain(stage, (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
}

async function readRows(path: string): Promise<unknown> {
  if (path.endsWith(".npy")) return readNpy(path);
  using file = await openHdf5(path);
  return file.readDataset("descriptors");
}

function listNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

testOnWasm(
  "extractDescriptors() writes the descriptors of a folder to HDF5 and .npy",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", pooling: "max" });
    const images = join(await tinyCity(), "val");
    const paths = [...(await readTinyCity("val")).database.paths].sort();
    const data = await describeOneByOne(model, paths);
    const F = model.descriptorLength;
    await inFolder(async (folder) => {
      for (const name of ["rows.h5", "rows.hdf5", "rows.v2.npy"]) {
        const output = join(folder, name);
        const extraction = await extract(model, { images, output });
        const names = output.replace(/\.\w+$/, "_images.txt");
        assert.deepEqual(extraction, {
          output,
          names,
          numImages: 12,
          descriptorLength: F,
        });
        assert.deepEqual(await readRows(output), { shape: [12, F], data });
        assert.deepEqual(
          (await Deno.readTextFile(names)).trimEnd().split("\n"),
          paths,
        );
      }
      assert.deepEqual(listNames(folder), [
        "rows.h5",
        "rows.hdf5",
        "rows.v2.npy",
        "rows.v2_images.txt",
        "rows_images.txt",
      ]);
    });
    await model.dispose();
  },
);

testOnWasm(
  "extractDescriptors() reads a list of images in its order",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", pooling: "avg" });
    const { queries } = await readTinyCity("val");
    const paths = [queries.paths[3]!, queries.paths[0]!, queries.paths[6]!];
    await inFolder(async (folder) => {
      const images = join(folder, "list.txt");
      await Deno.writeTextFile(images, paths.join("\n"));
      const output = join(folder, "new", "rows.npy");
      await extract(model, { images, output });
      assert.deepEqual(readNpy(output), {
        shape: [3, model.descriptorLength],
        data: await describeOneByOne(model, paths),
      });
    });
    await model.dispose();
  },
);

testOnWasm(
  "extractDescriptors() names an unreadable image, and leaves no file",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet" });
    await withBadImage(async ({ images, bad, folder }) => {
      for (const name of ["rows.h5", "rows.npy"]) {
        const output = join(folder, name);
        await assert.rejects(extract(model, { images, output }), {
          name: "DatasetError",
          where: new RegExp(RegExp.escape(bad)),
        });
      }
      assert.deepEqual(listNames(folder), ["images"]);
    });
    await model.dispose();
  },
);

testOnWasm(
  "extractDescriptors() leaves out and names unreadable images if asked to",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet" });
    await withBadImage(async ({ images, bad, good, folder }) => {
      const output = join(folder, "rows.npy");
      const notes: string[] = [];
      const readImages = { skipUnreadable: true };
      const { numImages, names } = await extract(
        model,
        { images, output, readImages },
        notes,
      );
      assert.equal(numImages, 2);
      assert.deepEqual(notes, [
        `left out 1 of 3 images that cannot be read: ${bad}`,
      ]);
      assert.equal(await Deno.readTextFile(names), `${good.join("\n")}\n`);
      assert.deepEqual(readNpy(output), {
        shape: [2, model.descriptorLength],
        data: await describeOneByOne(model, good),
      });
    });
    await model.dispose();
  },
);

testOnWasm(
  "extractDescriptors() says what is wrong before it begins",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet" });
    await inFolder(async (folder) => {
      const output = join(folder, "rows.npy");
      await assert.rejects(
        extract(model, { images: folder, output: join(folder, "rows.txt") }),
        { name: "OptionsError", where: /^output is .*rows\.txt/ },
      );
      await assert.rejects(extract(model, { images: folder, output }), {
        name: "DatasetError",
        where: new RegExp(RegExp.escape(folder)),
      });
      const file = join(folder, "file");
      await Deno.writeTextFile(file, "");
      await assert.rejects(
        extract(model, {
          images: join(await tinyCity(), "val"),
          output: join(file, "rows.npy"),
        }),
        { name: "CheckpointError" },
      );
      assert.deepEqual(listNames(folder), ["file"]);
    });
    await model.dispose();
  },
);

/** A folder with an unreadable image between two good ones. */
async function withBadImage(
  act: (made: {
    images: string;
    bad: string;
    good: string[];
    folder: string;
  }) => Promise<void>,
): Promise<void> {
  const { database } = await readTinyCity("val");
  await inFolder(async (folder) => {
    const images = join(folder, "images");
    const [a, bad, z] = ["a", "b", "z"].map((name) =>
      join(images, "deep", `${name}.jpg`)
    ) as [string, string, string];
    await Deno.mkdir(dirname(a), { recursive: true });
    await Deno.copyFile(database.paths[0]!, a);
    await Deno.copyFile(database.paths[5]!, z);
    await Deno.writeFile(bad, (await Deno.readFile(a)).subarray(0, 300));
    await act({ images, bad, good: [a, z], folder });
  });
}
