import assert from "node:assert/strict";
import { createHdf5Rows, openHdf5, writeHdf5 } from "../lib/hdf5.ts";
import { inFolder } from "./in_folder.ts";
import { pythonPackage, runPython } from "./run_python.ts";

/** Made by make_formats.py beside it. */
const kinds = new URL("./fixtures/formats/kinds.h5", import.meta.url).pathname;

/** The numbers of make_formats.py: -1, -7/8, … */
const counted = Array.from({ length: 24 }, (_, i) => i / 8 - 1);

Deno.test("openHdf5() reads what h5py wrote, in every number type", async () => {
  using file = await openHdf5(kinds);
  const numbers = (name: string): number[] => [...file.readDataset(name).data];
  for (const name of ["f2", "f4", "big", "f8", "group/packed"]) {
    assert.deepEqual(numbers(name), counted, name);
    assert.deepEqual(file.readDataset(name).shape, [2, 3, 4]);
  }
  assert.ok(file.readDataset("f4").data instanceof Float32Array);
  assert.ok(file.readDataset("f8").data instanceof Float64Array);
  assert.deepEqual(numbers("i8"), [-1, 2 ** 40]);
  assert.deepEqual(file.readDataset("u1").data, Uint8Array.of(0, 255));
  assert.deepEqual(file.readDataset("scalar"), {
    shape: [],
    data: Float64Array.of(2.5),
  });
  assert.deepEqual(file.readDataset("empty"), {
    shape: [0, 3],
    data: new Float32Array(0),
  });
});

Deno.test("openHdf5() lists datasets with their shapes", async () => {
  using file = await openHdf5(kinds);
  const datasets = file.listDatasets();
  assert.equal(datasets.length, 10);
  assert.deepEqual(
    datasets.find(({ name }) => name === "group/packed"),
    { name: "group/packed", shape: [2, 3, 4] },
  );
});

Deno.test("openHdf5() reads rows", async () => {
  using file = await openHdf5(kinds);
  for (const name of ["f4", "group/packed"]) {
    assert.deepEqual(file.readRows(name, 1, 1), {
      shape: [1, 3, 4],
      data: Float32Array.from(counted.slice(12)),
    });
  }
  assert.deepEqual(file.readRows("f4", 2, 0).shape, [0, 3, 4]);
  for (const [first, count] of [[1, 2], [-1, 1], [3, 0]] as const) {
    assert.throws(() => file.readRows("f4", first, count), {
      name: "CheckpointError",
      where: /f4 has 2 rows/,
    });
  }
});

Deno.test("openHdf5() reads attributes", async () => {
  using file = await openHdf5(kinds);
  assert.deepEqual(file.readAttribute("/", "layer_names"), ["conv1", "pool1"]);
  assert.equal(Number(file.readAttribute("group", "count")), 3);
  assert.deepEqual(file.readAttribute("group", "none"), []);
  assert.equal(file.readAttribute("group", "other"), undefined);
  assert.equal(file.readAttribute("nowhere", "other"), undefined);
});

Deno.test("openHdf5() says which datasets there are, and which have no numbers", async () => {
  using file = await openHdf5(kinds);
  assert.throws(() => file.readDataset("oops"), {
    name: "CheckpointError",
    where: /no dataset oops; it has .*f4.*group\/packed/,
  });
  assert.throws(() => file.readDataset("text"), {
    name: "CheckpointError",
    where: /text holds no numbers that are known here/,
  });
});

Deno.test("openHdf5() says why a file cannot be read", async () => {
  await inFolder(async (folder) => {
    const bytes = Deno.readFileSync(kinds);
    Deno.writeFileSync(`${folder}/cut.h5`, bytes.subarray(0, 10000));
    Deno.writeTextFileSync(`${folder}/text.h5`, "not HDF5");
    const reasons: [string, RegExp][] = [
      ["none.h5", /none\.h5 \(No such file/],
      ["text.h5", /file signature not found/],
      ["cut.h5", /truncated file/],
      [".", /Is a directory/],
    ];
    for (const [name, where] of reasons) {
      await assert.rejects(openHdf5(`${folder}/${name}`), {
        name: "CheckpointError",
        message: /^Cannot read an HDF5 file\n/,
        where,
        fix: /check the path/,
      });
    }
  });
});

Deno.test("writeHdf5() keeps shapes, types, numbers and attributes", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/new/file.h5`;
    const datasets = {
      floats: { shape: [2, 2], data: Float32Array.of(1, 2.5, -3, 1e-40) },
      doubles: { shape: [1], data: Float64Array.of(Math.PI) },
      integers: { shape: [3], data: Int32Array.of(-1, 0, 1) },
      nothing: { shape: [0, 4], data: new Float32Array(0) },
    };
    await writeHdf5(path, datasets, { note: "naïve → text" });
    using file = await openHdf5(path);
    for (const [name, dataset] of Object.entries(datasets)) {
      assert.deepEqual(file.readDataset(name), dataset);
    }
    assert.equal(file.readAttribute("/", "note"), "naïve → text");
  });
});

Deno.test("writeHdf5() leaves what was there if it cannot write", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/file.h5`;
    const good = { shape: [1], data: Float32Array.of(1) };
    await writeHdf5(path, { good });
    const before = Deno.readFileSync(path);
    const bad = { shape: [3], data: Float32Array.of(1) };
    await assert.rejects(writeHdf5(path, { good, bad }), {
      name: "CheckpointError",
    });
    assert.deepEqual(Deno.readFileSync(path), before);
    assert.deepEqual(namesIn(folder), ["file.h5"]);
  });
});

Deno.test("createHdf5Rows() writes rows in slices of any size", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/new/rows.h5`;
    const rows = Float32Array.from({ length: 1000 * 300 }, (_, i) => i);
    const writer = await createHdf5Rows(path, "descriptors", [1000, 300]);
    for (const [first, end] of [[0, 1], [1, 500], [500, 999], [999, 1000]]) {
      writer.append(rows.slice(first! * 300, end! * 300));
    }
    assert.deepEqual(namesIn(`${folder}/new`).includes("rows.h5"), false);
    await writer.finish();
    assert.deepEqual(namesIn(`${folder}/new`), ["rows.h5"]);
    using file = await openHdf5(path);
    const data = rows;
    assert.deepEqual(file.readDataset("descriptors"), {
      shape: [1000, 300],
      data,
    });
  });
});

Deno.test("createHdf5Rows() may end with fewer rows", async () => {
  await inFolder(async (folder) => {
    const writer = await createHdf5Rows(`${folder}/r.h5`, "d", [9, 2]);
    writer.append(Float32Array.of(1, 2, 3, 4));
    await writer.finish();
    using file = await openHdf5(`${folder}/r.h5`);
    assert.deepEqual(file.readDataset("d").shape, [2, 2]);
  });
});

Deno.test("createHdf5Rows() leaves nothing behind unless finished", async () => {
  await inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/r.h5`, "before");
    const work = async (): Promise<void> => {
      await using writer = await createHdf5Rows(`${folder}/r.h5`, "d", [9, 2]);
      writer.append(Float32Array.of(1, 2));
      throw new Error("stopped");
    };
    await assert.rejects(work(), { message: "stopped" });
    assert.deepEqual(namesIn(folder), ["r.h5"]);
    assert.equal(Deno.readTextFileSync(`${folder}/r.h5`), "before");
  });
});

const { missing } = await pythonPackage("h5py");

Deno.test({
  ignore: missing !== "",
  name: `createHdf5Rows() and writeHdf5() write what h5py reads${missing}`,
  fn: async () => {
    await inFolder(async (folder) => {
      const rows = Float32Array.of(1, 2, 3, 4, 5, 6);
      await writeHdf5(`${folder}/w.h5`, { x: { shape: [3, 2], data: rows } });
      const writer = await createHdf5Rows(`${folder}/r.h5`, "x", [3, 2]);
      writer.append(rows);
      await writer.finish();
      for (const name of ["w", "r"]) {
        const output = await runPython(
          `import h5py; x = h5py.File('${folder}/${name}.h5')['x']; ` +
            "print(x.dtype, x[...].tolist())",
        );
        assert.equal(output, "float32 [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]\n");
      }
    });
  },
});

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name);
}
