import assert from "node:assert/strict";
import { join } from "node:path";
import { createHdf5Rows, openHdf5, writeHdf5 } from "../../lib/hdf5.ts";
import { createNpyRows } from "../../lib/npy.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import {
  readHlocDescriptors,
  writeHlocDescriptors,
} from "../../lib/search/hloc_descriptors.ts";
import {
  type NamedDescriptors,
  namesFileOf,
} from "../../lib/search/named_descriptors.ts";
import { readDescriptors } from "../../lib/search/read_descriptors.ts";
import { inFolder } from "../in_folder.ts";
import { pythonPackage, runPython } from "../run_python.ts";

/** Names with folders, as they lie in a file: groups in the order of their names. */
const NAMES = ["a b/ü.png", "db/00/1.jpg", "db/00/2.jpg", "db/1.jpg", "q.jpg"];
const F = 3;
/** Quarters: float16 holds them. */
const VALUES = Float32Array.from({ length: NAMES.length * F }, (_, i) => i / 4);

const h5py = await pythonPackage("h5py");

/** What a file holds, by name. */
function toRecord(rows: NamedDescriptors): Record<string, number[]> {
  return Object.fromEntries(
    rows.names.map((name, i) => [name, [...rows.read(i, 1)]]),
  );
}

const RECORD = Object.fromEntries(
  NAMES.map((name, i) => [name, [...VALUES.subarray(i * F, (i + 1) * F)]]),
);

Deno.test("readHlocDescriptors() reads what writeHlocDescriptors() writes, names with folders too", () =>
  inFolder(async (folder) => {
    const path = join(folder, "new", "global-feats.h5");
    await writeHlocDescriptors(path, NAMES, rowsInMemory(VALUES, F));
    using rows = await readHlocDescriptors(path);
    assert.deepEqual(rows.names, NAMES);
    assert.equal(rows.numRows, NAMES.length);
    assert.equal(rows.rowLength, F);
    assert.deepEqual(rows.read(0, NAMES.length), VALUES);
    assert.deepEqual(rows.read(2, 2), VALUES.slice(2 * F, 4 * F));
    using any = await readDescriptors(path);
    assert.deepEqual(toRecord(any), RECORD);
  }));

Deno.test({
  name: `h5py reads what writeHlocDescriptors() writes${h5py.missing}`,
  ignore: h5py.missing !== "",
  fn: () =>
    inFolder(async (folder) => {
      const path = join(folder, "ours.h5");
      await writeHlocDescriptors(path, NAMES, rowsInMemory(VALUES, F));
      const program = `
import h5py, json, sys
found = {}
with h5py.File(sys.argv[1], "r") as file:
    def visit(_, thing):
        if isinstance(thing, h5py.Dataset):
            found[thing.parent.name.strip("/")] = None
    file.visititems(visit)
    for name in found:
        row = file[name]["global_descriptor"].__array__()
        assert row.dtype == "float32" and row.ndim == 1
        found[name] = row.tolist()
print(json.dumps(found))`;
      const found = await runPython(program, { args: [path] });
      assert.deepEqual(JSON.parse(found), RECORD);
    }),
});

for (const type of ["float16", "float32", "float64"]) {
  Deno.test({
    name: `readHlocDescriptors() reads ${type} of h5py${h5py.missing}`,
    ignore: h5py.missing !== "",
    fn: () =>
      inFolder(async (folder) => {
        const path = join(folder, "theirs.h5");
        const program = `
import h5py, json, numpy, sys
for name, row in json.loads(sys.argv[2]).items():
    with h5py.File(sys.argv[1], "a", libver="latest") as file:
        group = file.create_group(name)
        group.create_dataset("global_descriptor", data=numpy.array(row, sys.argv[3]))
        group.create_dataset("image_size", data=numpy.array([640, 480]))`;
        await runPython(program, {
          args: [path, JSON.stringify(RECORD), type],
        });
        using rows = await readHlocDescriptors(path);
        assert.deepEqual(toRecord(rows), RECORD);
      }),
  });
}

Deno.test("readHlocDescriptors() says what a file has in place of global descriptors", () =>
  inFolder(async (folder) => {
    const path = join(folder, "other.h5");
    await writeHdf5(path, {
      centroids: { shape: [2, F], data: VALUES.slice(0, 6) },
    });
    const refused = {
      name: "CheckpointError",
      where: `${path} (no global_descriptor; it has centroids)`,
      fix: /^give a file of hloc/,
    };
    await assert.rejects(readHlocDescriptors(path), refused);
    await assert.rejects(readDescriptors(path), refused);
    await assert.rejects(readHlocDescriptors(join(folder, "none.h5")), {
      name: "CheckpointError",
      where: /none\.h5 \(/,
    });
  }));

Deno.test({
  name:
    `readHlocDescriptors() names descriptors of different lengths${h5py.missing}`,
  ignore: h5py.missing !== "",
  fn: () =>
    inFolder(async (folder) => {
      const path = join(folder, "odd.h5");
      const program = `
import h5py, numpy, sys
with h5py.File(sys.argv[1], "w") as file:
    for name, length in (("a/1.jpg", 4), ("b/1.jpg", 5)):
        file[name + "/global_descriptor"] = numpy.zeros(length)`;
      await runPython(program, { args: [path] });
      await assert.rejects(readHlocDescriptors(path), {
        name: "CheckpointError",
        where:
          /\(a\/1\.jpg\/global_descriptor is \[4\], b\/1\.jpg\/global_descriptor \[5\]\)$/,
      });
    }),
});

Deno.test("writeHlocDescriptors() refuses names that hloc would not find, and leaves nothing", () =>
  inFolder(async (folder) => {
    const path = join(folder, "bad.h5");
    const rows = rowsInMemory(VALUES.slice(0, 2 * F), F);
    for (
      const bad of ["/a.jpg", "../a.jpg", "./a.jpg", "a//b.jpg", "", "ok.jpg"]
    ) {
      await assert.rejects(writeHlocDescriptors(path, ["ok.jpg", bad], rows), {
        name: "CheckpointError",
        where: new RegExp(`image ${RegExp.escape(bad)} \\(`),
        fix: /^name each image once/,
      });
    }
    await assert.rejects(writeHlocDescriptors(path, ["a.jpg"], rows), {
      name: "ShapeError",
      where: "argument names",
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

/** Writes rows as the stage *extract* does. */
async function writeRows(
  path: string,
  names: readonly string[],
): Promise<void> {
  const shape = [NAMES.length, F] as const;
  await using file = path.endsWith(".npy")
    ? await createNpyRows(path, shape)
    : await createHdf5Rows(path, "descriptors", shape);
  file.append(VALUES.slice());
  await file.finish();
  await Deno.writeTextFile(namesFileOf(path), names.join("\r\n"));
}

Deno.test("readDescriptors() reads rows of extract with the names beside them", () =>
  inFolder(async (folder) => {
    for (const file of ["rows.h5", "rows.v2.npy"]) {
      const path = join(folder, file);
      await writeRows(path, NAMES);
      using rows = await readDescriptors(path);
      assert.deepEqual(toRecord(rows), RECORD);
      assert.deepEqual(rows.read(1, 3), VALUES.slice(F, 4 * F));
    }
  }));

Deno.test("readDescriptors() says which names are missing", () =>
  inFolder(async (folder) => {
    const path = join(folder, "rows.npy");
    await writeRows(path, NAMES.slice(1));
    await assert.rejects(readDescriptors(path), {
      name: "CheckpointError",
      where: `${namesFileOf(path)} (4 names for 5 rows)`,
      fix: `keep it beside ${path}: the name of an image for each row`,
    });
    await Deno.remove(namesFileOf(path));
    await assert.rejects(readDescriptors(path), {
      name: "CheckpointError",
      where: new RegExp(`^${RegExp.escape(namesFileOf(path))} \\(No such file`),
    });
  }));

Deno.test("readDescriptors() refuses `descriptors` that are no rows", () =>
  inFolder(async (folder) => {
    const path = join(folder, "flat.h5");
    await writeHdf5(path, {
      descriptors: { shape: [6], data: VALUES.slice(0, 6) },
    });
    await assert.rejects(readDescriptors(path), {
      name: "CheckpointError",
      where: `${path} (descriptors is [6])`,
    });
    using file = await openHdf5(path); // it is not locked or broken afterwards
    assert.equal(file.readDataset("descriptors").data.length, 6);
  }));
