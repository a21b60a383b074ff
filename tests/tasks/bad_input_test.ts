import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { writeBytesWhole } from "../../lib/files.ts";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { encodeMatStruct, type MatField } from "../../lib/data/mat_write.ts";
import { writeHdf5 } from "../../lib/hdf5.ts";
import { writeCentroids } from "../../lib/train/centroid_file.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { AVG, NETVLAD, refuse, runTask, SMALL } from "./refuse.ts";

const WEIGHTS = new URL("../fixtures/weights/", import.meta.url).pathname;

/** Gives a test a copy of the tiny city to spoil, and a folder of its own beside it. */
function withCity(
  act: (city: string, folder: string) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const city = join(folder, "city");
    await cp(await tinyCity(), city, { recursive: true });
    await act(city, folder);
  });
}

async function writeText(...parts: [...string[], string]): Promise<string> {
  const text = parts.pop()!;
  const path = join(...parts);
  await Deno.writeTextFile(path, text);
  return path;
}

/** Keeps the first bytes of a file. */
async function cut(path: string, bytes: number): Promise<void> {
  const whole = await Deno.readFile(path);
  await Deno.writeFile(path, whole.subarray(0, bytes));
}

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
        fix: /larger/,
      },
    );
  }));

Deno.test("tasks list every tensor that is missing or misshapen in weights", () =>
  withCity(async (city, folder) => {
    const images = ["--images", join(city, "val"), "--output", "o/a.h5"];
    const model = ["--arch", "alexnet", "--pooling", "avg"];
    const extract = (file: string): string[] => [
      ...["extract", ...images, ...model, "--engine", "wasm"],
      ...["--weights", file],
    ];
    const text = await writeText(folder, "text.pth", "no weights\n");
    const part = join(folder, "part.pth");
    await Deno.copyFile(join(WEIGHTS, "torchvision.zip.pth"), part);
    await cut(part, 1000);
    const hdf5 = join(folder, "other.h5");
    await writeHdf5(hdf5, { x: { shape: [1], data: Float32Array.of(1) } });
    await refuse(
      {
        args: extract(join(WEIGHTS, "torchvision.zip.pth")),
        what: /^CheckpointError: Cannot use these weights for this network$/,
        where:
          /missing: features\.3\.weight, features\.3\.bias, (features\.\d+\.\w+, ){5}features\.10\.bias; misshapen: features\.0\.weight is \[2, 3, 3, 3\], not \[64, 3, 11, 11\], features\.0\.bias is \[2\], not \[64\]$/,
        fix: /weights of this network/,
      },
      {
        args: extract(text),
        what: /^CheckpointError: Cannot read encoder weights$/,
        where: /text\.pth \(neither PyTorch, safetensors nor HDF5\)$/,
        fix: /\.pth or \.safetensors/,
      },
      {
        args: extract(part),
        what: /^CheckpointError: Cannot read a PyTorch checkpoint$/,
        where: /part\.pth \(.*cut short\)$/,
        fix: /copy the file again/,
      },
      {
        args: extract(hdf5),
        what: /^CheckpointError: Cannot read Keras weights/,
        where: /other\.h5 \(no kernel and bias for conv1, /,
        fix: /give /,
      },
      {
        args: extract(join(folder, "none.pth")),
        what: /^CheckpointError: Cannot read encoder weights$/,
        where: /none\.pth \(No such file/,
        fix: /check the path/,
      },
      {
        args: extract(folder),
        what: /^CheckpointError: Cannot read encoder weights$/,
        where: /\(it is a folder\)$/,
        fix: /check the path/,
      },
    );
  }));

Deno.test("tasks refuse centroids of another width or number, and other files", () =>
  withCity(async (city, folder) => {
    const make = async (K: number, D: number): Promise<string> => {
      const path = join(folder, `${K}x${D}.h5`);
      const centroids = new Float32Array(K * D).fill(1);
      const descriptors = new Float32Array(2 * K * D).fill(1);
      const sizes = { K, D, numDescriptors: 2 * K };
      await writeCentroids(path, { centroids, descriptors, ...sizes }, "here");
      return path;
    };
    const other = join(folder, "other.h5");
    await writeHdf5(other, { x: { shape: [1], data: Float32Array.of(1) } });
    const with_ = (file: string): string[] => [
      ...["--data-path", city, ...NETVLAD, "--centroids", file],
    ];
    const wide = await make(4, 32);
    const many = await make(5, 64);
    const images = ["--images", join(city, "val"), "--output", "o/a.h5"];
    const fix = /cluster again/;
    await refuse(
      {
        args: ["test", ...with_(wide)],
        what:
          /^CheckpointError: Cannot use 4 centroids of length 32 for 4 clusters of length 64$/,
        where: /4x32\.h5$/,
        fix,
      },
      {
        args: ["train", ...with_(many), "--epochs", "1"],
        what:
          /^CheckpointError: Cannot use 5 centroids of length 64 for 4 clusters of length 64$/,
        where: /5x64\.h5$/,
        fix,
      },
      {
        args: ["extract", ...images, ...NETVLAD, "--centroids", other],
        what: /^CheckpointError: Cannot read an HDF5 file$/,
        where: /other\.h5 \(no dataset centroids; it has x\)$/,
        fix: /./,
      },
      {
        args: [
          ...["extract", ...images, ...AVG],
          ...["--centroids", wide, "--resume", "run"],
        ],
        what: /^OptionsError: Cannot extract with these flags$/,
        where:
          /--centroids is for a new model, .*; --centroids is for --pooling netvlad, not avg$/,
        fix: /correct them/,
      },
      {
        args: [
          ...["cluster", "--data-path", city, ...SMALL],
          ...["--num-clusters", "1000000"],
        ],
        what: /^OptionsError: Cannot find 1000000 clusters in \d+ points$/,
        where: /^--num-clusters$/,
        fix: /at most \d+ clusters, or give more images$/,
      },
    );
  }));

/** Commands that write, and what they say when the disk is full. */
function writers(city: string, folder: string): Parameters<typeof refuse> {
  const fix = /^free .*disk space/;
  const data = ["--data-path", city];
  const extract = ["extract", "--images", join(city, "test"), ...AVG];
  const to = (name: string): string => join(folder, name);
  const where = /\((No space left on device|File too large)/;
  const rows = /^CheckpointError: Cannot write (rows to )?a file$/;
  const file = /^CheckpointError: Cannot write a file$/;
  const runs = ["--runs-path", to("runs")];
  const disk = { where, fix };
  return [
    { args: [...extract, "--output", to("o1/a.npy")], what: rows, ...disk },
    { args: [...extract, "--output", to("o2/a.h5")], what: rows, ...disk },
    {
      args: ["test", ...data, ...AVG, "--output", to("out")],
      what: /^CheckpointError: Cannot keep descriptors on disk$/,
      ...disk,
    },
    {
      args: ["cluster", ...data, ...NETVLAD, "--centroids-path", to("c")],
      what: file,
      ...disk,
    },
    {
      args: ["train", ...data, ...AVG, "--epochs", "1", ...runs],
      what: /^CheckpointError: Cannot (write a file|keep descriptors on disk)$/,
      ...disk,
    },
  ];
}

Deno.test({
  name: "tasks leave nothing where a file cannot grow" +
    (Deno.build.os === "windows" ? " (skipped: no ulimit)" : ""),
  ignore: Deno.build.os === "windows",
  fn: () =>
    withCity(async (city) => {
      const before = `trap "" XFSZ; ulimit -f 2; exec`;
      const env = { DENO_NO_UPDATE_CHECK: "1" };
      await refuse(
        ...writers(city, ".").map((refusal) => ({
          ...refusal,
          surroundings: { before, env },
        })),
      );
    }),
});

const canMount = await isMountable();

/** Whether this system lets us make a small disk. */
async function isMountable(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = await Deno.makeTempDir();
  const isMounted = await mount(folder);
  if (isMounted) await unmount(folder);
  await Deno.remove(folder);
  return isMounted;
}

async function mount(folder: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", "size=4k", "none", folder];
  const { success } = await new Deno.Command("mount", { args }).output();
  return success;
}

async function unmount(folder: string): Promise<void> {
  await new Deno.Command("umount", { args: [folder] }).output();
}

Deno.test({
  name: "tasks leave nothing on a full disk" +
    (canMount ? "" : " (skipped: no right to mount one)"),
  ignore: !canMount,
  fn: () =>
    withCity(async (city) => {
      const disk = await Deno.makeTempDir();
      try {
        for (const refusal of writers(city, disk)) {
          await mount(disk);
          await refuse({ ...refusal, output: disk });
          await unmount(disk);
        }
      } finally {
        await unmount(disk);
        await Deno.remove(disk);
      }
    }),
});

Deno.test("tasks refuse outputs that cannot be written", () =>
  withCity(async (city, folder) => {
    const file = await writeText(folder, "file", "");
    await Deno.mkdir(join(folder, "folder.h5"));
    const data = ["--data-path", city];
    const extract = ["extract", "--images", join(city, "test"), ...AVG];
    const fix = /choose a folder that can be written|to a folder that can/;
    await refuse(
      {
        args: [...extract, "--output", join(file, "a.npy")],
        what: /^CheckpointError: Cannot write a file$/,
        where: /file\/a\.npy/,
        fix,
      },
      {
        args: [...extract, "--output", join(folder, "folder.h5")],
        what: /^CheckpointError: Cannot write a file$/,
        where: /folder\.h5 \(it is a folder\)$/,
        fix,
      },
      {
        args: ["test", ...data, ...AVG, "--output", file],
        what: /^CheckpointError: Cannot make a folder for descriptors$/,
        where: /file \(/,
        fix,
      },
      {
        args: ["train", ...data, ...AVG, "--runs-path", file],
        what: /^CheckpointError: Cannot make a run folder$/,
        where: /file\//,
        fix: /^set --runs-path /,
      },
      {
        args: ["train", ...data, ...AVG, "--cache-path", file],
        what: /^CheckpointError: Cannot make a folder for descriptors$/,
        where: /file \(/,
        fix,
      },
      {
        args: ["cluster", ...data, ...NETVLAD, "--centroids-path", file],
        what: /^CheckpointError: Cannot write a file$/,
        where: /file\//,
        fix,
      },
    );
  }));

Deno.test("tasks say how to get an engine that is not there", async () => {
  const city = await tinyCity();
  const args = ["--data-path", city, "--pooling", "avg", "--engine"];
  await refuse(
    {
      args: ["test", ...args, "webgpu"],
      what: /^EngineError: Cannot start the engine webgpu$/,
      where: /^no GPU adapter was found$/,
      fix: /Vulkan driver .*or use the engine wasm$/,
      surroundings: {
        env: {
          DENO_WEBGPU_BACKEND: "vulkan",
          VK_DRIVER_FILES: "/nonexistent",
          VK_ICD_FILENAMES: "/nonexistent",
        },
      },
    },
    {
      args: ["test", ...args, "native"],
      what: /^EngineError: Cannot start the engine native$/,
      where: /^onnxruntime-node \(/,
      fix: /`deno task native` .*--allow-ffi, or use the engine wasm$/,
      surroundings: {
        allow: ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"],
      },
    },
  );
});

Deno.test("tasks list all flags that are wrong at once", () =>
  refuse(
    {
      args: [
        ...["test", "--lr", "3", "--resize", "0x0", "--recall-at", "0"],
        ...["--positive-radius", "-2", "--seed", "1.5", "--split", "foo"],
        ...["--threads", "0", "--engine-threads", "100000", "--nGPU", "2"],
      ],
      what: /^OptionsError: Cannot test with these flags$/,
      where: new RegExp(
        [
          "^--lr is not a flag",
          "--nGPU: --engine selects .*",
          '--split "foo" is not one of .*',
          '--seed "1\\.5" is not an integer',
          ".*--positive-radius is -2, must be a number > 0",
          ".*--resize is 0x0, must be a width and a height in whole pixels.*",
          "--threads is 0, must be an integer from 1 to 64",
          "--recall-at is 0, must be a list, each item an integer >= 1",
          "--engine-threads is 100000, must be an integer from 0 to 64$",
        ].join("; "),
      ),
      fix: /deno task test --help/,
    },
    {
      args: ["extract", "--output", "a.csv"],
      what: /^OptionsError: Cannot extract with these flags$/,
      where: /^--images PATH is missing; --output is "a\.csv", must be /,
      fix: /./,
    },
    {
      args: ["train", "--dataset", "frames", "--leave-one-out"],
      what: /^OptionsError: Cannot train with these flags$/,
      where:
        /--data-path is missing.*--database is missing.*--leave-one-out is given, frames has no use for it/,
      fix: /./,
    },
    {
      args: ["cluster", "--pooling", "avg", "--data-path", "x"],
      what: /^OptionsError: Cannot cluster with these flags$/,
      where: /^--pooling avg has no centroids/,
      fix: /./,
    },
  ));

Deno.test("tasks refuse runs that are not there or damaged", () =>
  withCity(async (city, folder) => {
    const data = ["--data-path", city];
    const made = await runTask(
      [
        ...["train", ...data, ...AVG, "--epochs", "1", "--json"],
        ...["--runs-path", join(folder, "runs")],
      ],
      { cwd: folder },
    );
    assert.equal(made.code, 0, made.err);
    const { run } = JSON.parse(made.out);
    const spoiled = async (
      name: string,
      spoil: (copy: string) => Promise<unknown>,
    ): Promise<string> => {
      const copy = join(folder, name);
      await cp(run, copy, { recursive: true });
      await spoil(copy);
      return copy;
    };
    const flags = (text: string) => (copy: string): Promise<unknown> =>
      writeText(copy, "flags.json", text);
    const checkpoint = "checkpoints/checkpoint.safetensors";
    const noOptions = {
      what: /^CheckpointError: Cannot read the options of a run$/,
      fix: /^give a run folder/,
    };
    const text = await Deno.readTextFile(join(run, "flags.json"));
    const refusals: [
      string,
      string,
      Omit<Parameters<typeof refuse>[0], "args">,
    ][] = [
      ["test", join(folder, "none"), {
        ...noOptions,
        where: /none\/flags\.json \(No such file/,
      }],
      ["test", await spoiled("a", flags("{")), {
        ...noOptions,
        where: /a\/flags\.json \(/,
      }],
      ["train", await spoiled("b", flags('{"model":3}')), {
        ...noOptions,
        where: /b\/flags\.json \(it lacks model, dataset, train, describe\)/,
      }],
      [
        "test",
        await spoiled("c", (copy) => Deno.remove(join(copy, checkpoint))),
        {
          what: /^CheckpointError: Cannot read encoder weights$/,
          where: /c\/checkpoints\/checkpoint\.safetensors \(No such file/,
          fix: /check the path/,
        },
      ],
      [
        "train",
        await spoiled("d", (copy) => cut(join(copy, checkpoint), 5000)),
        {
          what: /^CheckpointError: Cannot read a safetensors file$/,
          where: /d\/checkpoints\/checkpoint\.safetensors \(it ends early/,
          fix: /copy or download/,
        },
      ],
      [
        "test",
        await spoiled("e", flags(text.replace("squeezenet1_1", "alexnet"))),
        {
          what: /^CheckpointError: Cannot use these weights for this network$/,
          where: /missing: .*; misshapen: .*; not needed: /,
          fix: /choose the network/,
        },
      ],
    ];
    const engine = ["--engine", "wasm", "--engine-threads", "1"];
    await refuse(
      ...refusals.map(([task, copy, refusal]) => ({
        args: [task, ...data, "--resume", copy, ...engine],
        ...refusal,
      })),
      {
        args: ["test", ...data, "--resume", run, ...engine, "--arch", "vgg16"],
        what: /^OptionsError: Cannot change the model of a run$/,
        where: /^arch is vgg16, the run has squeezenet1_1$/,
        fix: /leave these flags out/,
      },
    );
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
