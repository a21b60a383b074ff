/** Centroid and descriptor files between this project and h5py, with which pytorch-NetVlad reads and writes them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { extractDescriptors } from "../../lib/describe/extract.ts";
import { openHdf5 } from "../../lib/hdf5.ts";
import { bytesOf, type NumberArray } from "../../lib/number_types.ts";
import { drain } from "../../lib/progress.ts";
import { readCentroids } from "../../lib/train/centroid_file.ts";
import { startCentroids } from "../../lib/train/start_centroids.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { pythonPackage, runPython } from "../run_python.ts";
import { cut } from "../tasks/spoil.ts";
import { readTinyCity, tinyCity } from "../tiny_city.ts";
import { makeSmallModel } from "./train_tiny_city.ts";

const { missing } = await pythonPackage("h5py");
const ignore = missing !== "";

/** Numbers of a matrix that every number type holds: row r, column c is (4r + c) / 8 − 1. */
const MATRIX = "(numpy.arange(24).reshape(6, 4) / 8 - 1)";
const NUMBERS = Float32Array.from({ length: 24 }, (_, i) => i / 8 - 1);

/** How h5py is asked to write a dataset. */
const LAYOUTS: Record<string, string> = {
  "float32": "data=x.astype('<f4')",
  "float16": "data=x.astype('<f2')",
  "float64": "data=x",
  "big-endian float32": "data=x.astype('>f4')",
  "big-endian float16": "data=x.astype('>f2')",
  "big-endian float64": "data=x.astype('>f8')",
  "in chunks": "data=x.astype('f4'), chunks=(2, 3)",
  "gzipped": "data=x.astype('f4'), chunks=(2, 2), compression='gzip'",
  "gzipped, shuffled and with checksums":
    "data=x.astype('f4'), compression='gzip', shuffle=True, fletcher32=True",
  "growing": "data=x.astype('f4'), maxshape=(None, 4)",
};

Deno.test({
  name: `readCentroids() reads what h5py writes, in every layout${missing}`,
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      const files = Object.keys(LAYOUTS).flatMap((title) =>
        ["earliest", "latest"].map((libver) => ({ title, libver }))
      ).map((file, i) => ({ ...file, path: join(folder, `${i}.hdf5`) }));
      await runPython(
        ["import h5py, numpy"].concat(files.map(({ title, libver, path }) => `
with h5py.File('${path}', mode='w', libver='${libver}') as h5:
    for name, x in [('descriptors', ${MATRIX}), ('centroids', ${MATRIX}[:2])]:
        h5.create_dataset(name, ${LAYOUTS[title]})
`)).join("\n"),
      );
      for (const { title, libver, path } of files) {
        assert.deepEqual(await readCentroids(path), {
          path,
          centroids: NUMBERS.slice(0, 8),
          descriptors: NUMBERS,
          K: 2,
          D: 4,
          numDescriptors: 6,
        }, `${title}, libver ${libver}`);
      }
    }),
});

/** Shape, type and bytes of datasets, read as pytorch-NetVlad reads them. */
async function readByH5py(path: string, names: string[]): Promise<unknown> {
  return JSON.parse(
    await runPython(`
import base64, h5py, json
with h5py.File('${path}', mode='r') as h5:
    found = {}
    for name in ${JSON.stringify(names)}:
        values = h5.get(name)[...]
        data = base64.b64encode(values.tobytes()).decode()
        found[name] = [list(values.shape), str(values.dtype), data]
    print(json.dumps(found))
`),
  );
}

function toBase64(values: NumberArray): string {
  return bytesOf(values).toBase64();
}

testOnWasm(
  `startCentroids() and extractDescriptors() write what pytorch-NetVlad reads with h5py${missing}`,
  (engine) =>
    inFolder(async (folder) => {
      const model = makeSmallModel(engine);
      const settings = { centroidsPath: folder, clusterImages: 5 };
      const path = await drain(
        startCentroids(model, await readTinyCity("train"), settings),
      );
      const made = await readCentroids(path!);
      assert.deepEqual(
        await readByH5py(path!, ["centroids", "descriptors"]),
        {
          centroids: [[4, 32], "float32", toBase64(made.centroids)],
          descriptors: [
            [made.numDescriptors, 32],
            "float32",
            toBase64(made.descriptors),
          ],
        },
      );

      const output = join(folder, "rows.h5");
      const images = join(await tinyCity(), "train");
      const { numImages } = await drain(
        extractDescriptors(model, { images, output }),
      );
      using file = await openHdf5(output);
      const { data } = file.readDataset("descriptors");
      assert.deepEqual(await readByH5py(output, ["descriptors"]), {
        descriptors: [
          [numImages, 4 * 32],
          "float32",
          toBase64(data),
        ],
      });
      await model.dispose();
    }),
  { ignore },
);

testOnWasm(
  "readCentroids() refuses a file that is cut short, wherever",
  (engine) =>
    inFolder(async (folder) => {
      const model = makeSmallModel(engine);
      const settings = { centroidsPath: folder, clusterImages: 5 };
      const path = await drain(
        startCentroids(model, await readTinyCity("train"), settings),
      );
      await model.dispose();
      const { size } = await Deno.stat(path!);
      const whole = await Deno.readFile(path!);
      for (let part = 0; part < 20; part++) {
        await cut(path!, Math.floor(size * part / 20));
        await assert.rejects(readCentroids(path!), {
          name: "CheckpointError",
          message: /^Cannot read an HDF5 file/,
          where: new RegExp(`^${RegExp.escape(path!)} \\(`),
          fix: /copy the file again/,
        });
        await Deno.writeFile(path!, whole);
      }
    }),
);
