import assert from "node:assert/strict";
import { createNpyRows, openNpyRows, readNpy, writeNpy } from "../lib/npy.ts";
import { inFolder } from "./in_folder.ts";
import { pythonPackage, runPython } from "./run_python.ts";

/** Made by make_formats.py there. */
const fixtures = new URL("./fixtures/formats/", import.meta.url).pathname;

/** The numbers of make_formats.py: -8, -7, … for number types, an eighth of it elsewhere. */
const integers = Array.from({ length: 24 }, (_, i) => i - 8);
const eighths = integers.map((n) => n / 8);

Deno.test("readNpy() reads what NumPy wrote, in every number type", () => {
  for (const name of ["f2", "f4", "f4_big", "f8", "i8"]) {
    const { shape, data } = readNpy(`${fixtures}${name}.npy`);
    assert.deepEqual(shape, [2, 3, 4], name);
    assert.deepEqual([...data], integers, name);
  }
  const booleans = integers.map((n) => n === 0 ? 0 : 1);
  assert.deepEqual([...readNpy(`${fixtures}b1.npy`).data], booleans);
  assert.deepEqual(readNpy(`${fixtures}vector.npy`), {
    shape: [3],
    data: Int32Array.of(0, 1, 2),
  });
});

Deno.test("readNpy() turns Fortran order into rows, and knows version 2", () => {
  for (const name of ["fortran", "version2"]) {
    assert.deepEqual(readNpy(`${fixtures}${name}.npy`), {
      shape: [2, 3, 4],
      data: Float32Array.from(eighths),
    });
  }
});

Deno.test("readNpy() says why a file cannot be read", async () => {
  await inFolder((folder) => {
    const bytes = Deno.readFileSync(`${fixtures}f4.npy`);
    const long = bytes.slice(0, 12);
    long.set([2, 0, 255, 255, 255, 255], 6);
    const cases: [Uint8Array | string, RegExp][] = [
      ["", /does not begin like/],
      ["PK not NumPy", /does not begin like/],
      [bytes.subarray(0, 60), /ends early/],
      [bytes.subarray(0, 200), /ends early/],
      [long, /header would take/],
      [Deno.readFileSync(`${fixtures}text.npy`), /does not tell of numbers/],
    ];
    for (const [content, where] of cases) {
      Deno.writeFileSync(
        `${folder}/x.npy`,
        typeof content === "string"
          ? new TextEncoder().encode(content)
          : content,
      );
      assert.throws(() => readNpy(`${folder}/x.npy`), {
        name: "CheckpointError",
        message: /^Cannot read a \.npy file\n/,
        where,
        fix: /numpy\.save/,
      });
    }
    assert.throws(() => readNpy(`${folder}/none`), { where: /No such file/ });
  });
});

Deno.test("writeNpy() keeps shapes, types and numbers", async () => {
  await inFolder(async (folder) => {
    const arrays = [
      { shape: [], data: Float32Array.of(1.5) },
      { shape: [3], data: Uint8Array.of(0, 1, 255) },
      { shape: [2, 1], data: Float64Array.of(Math.PI, NaN) },
      { shape: Array(40).fill(1), data: Int16Array.of(-2) },
      { shape: [0, 7], data: new Float32Array(0) },
    ];
    for (const array of arrays) {
      await writeNpy(`${folder}/x.npy`, array);
      assert.deepEqual(readNpy(`${folder}/x.npy`), array);
    }
  });
});

Deno.test("createNpyRows() writes rows as they come, and counts those that came", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/new/rows.npy`;
    const writer = await createNpyRows(path, [1e9, 3]);
    writer.append(Float32Array.of(1, 2, 3));
    writer.append(Float32Array.of(4, 5, 6, 7, 8, 9));
    assert.equal(writer.numWritten, 3);
    await writer.finish();
    assert.deepEqual(readNpy(path), {
      shape: [3, 3],
      data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    });
    assert.deepEqual([...Deno.readDirSync(`${folder}/new`)].length, 1);
  });
});

Deno.test("createNpyRows() refuses rows of another length, and too many", async () => {
  await inFolder(async (folder) => {
    await using writer = await createNpyRows(`${folder}/x.npy`, [2, 3]);
    for (const length of [2, 9]) {
      assert.throws(() => writer.append(new Float32Array(length)), {
        name: "ShapeError",
        fix: "append at most 2 rows of 3 numbers",
      });
    }
  });
});

Deno.test("createNpyRows() leaves nothing behind unless finished", async () => {
  await inFolder(async (folder) => {
    {
      await using writer = await createNpyRows(`${folder}/x.npy`, [2, 3]);
      writer.append(Float32Array.of(1, 2, 3));
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("createNpyRows() says where it cannot write", async () => {
  await inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    await assert.rejects(createNpyRows(`${folder}/file/x.npy`, [2, 3]), {
      name: "CheckpointError",
      message: /^Cannot write a file\n/,
      where: /file\/x\.npy \(/,
      fix: /disk space/,
    });
  });
});

const { missing } = await pythonPackage("numpy");

Deno.test({
  ignore: missing !== "",
  name: `createNpyRows() and writeNpy() write what NumPy reads${missing}`,
  fn: async () => {
    await inFolder(async (folder) => {
      const rows = Float32Array.of(1, 2, 3, 4);
      await writeNpy(`${folder}/w.npy`, { shape: [2, 2], data: rows });
      const writer = await createNpyRows(`${folder}/r.npy`, [5, 2]);
      writer.append(rows);
      await writer.finish();
      for (const name of ["w", "r"]) {
        const output = await runPython(
          `import numpy; x = numpy.load('${folder}/${name}.npy', mmap_mode='r'); ` +
            "print(x.dtype, x.tolist(), x.offset % 64)",
        );
        assert.equal(output, "float32 [[1.0, 2.0], [3.0, 4.0]] 0\n");
      }
    });
  },
});

Deno.test("openNpyRows() reads rows where they are, and nothing but float32 rows", () =>
  inFolder(async (folder) => {
    const path = `${folder}/rows.npy`;
    const data = Float32Array.from(eighths);
    await writeNpy(path, { shape: [6, 4], data });
    using rows = openNpyRows(path);
    assert.deepEqual([rows.numRows, rows.rowLength], [6, 4]);
    assert.deepEqual(rows.read(0, 6), data);
    assert.deepEqual(rows.read(4, 2), data.slice(16));
    assert.throws(() => rows.read(5, 2), { name: "CheckpointError" });

    const short = `${folder}/short.npy`;
    Deno.writeFileSync(short, Deno.readFileSync(path).slice(0, -1));
    for (const file of [short, `${fixtures}f4_big.npy`, `${fixtures}f4.npy`]) {
      assert.throws(() => openNpyRows(file), {
        name: "CheckpointError",
        message: /^Cannot read a \.npy file\n/,
        where: /does not tell of float32 rows|it is of \d+ bytes/,
      });
    }
  }));
