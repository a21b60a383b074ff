import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { writeHdf5 } from "../../lib/hdf5.ts";
import { writeCentroids } from "../../lib/train/centroid_file.ts";
import { AVG, NETVLAD, refuse, runTask, SMALL } from "./refuse.ts";
import { cut, withCity, writeText } from "./spoil.ts";

const WEIGHTS = new URL("../fixtures/weights/", import.meta.url).pathname;

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
        where: /text\.pth \(neither PyTorch, safetensors, HDF5 nor MATLAB\)$/,
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
          ...["extract", ...images, ...SMALL],
          ...["--pooling", "rmac", "--rmac-whiten"],
        ],
        what: /^OptionsError: Cannot extract without whitened regions$/,
        where: /^--rmac-whiten, with neither a run nor weights of R-MAC$/,
        fix: /deno task whiten/,
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
          ...["--num-clusters", "4096"],
        ],
        what: /^OptionsError: Cannot find 4096 clusters in \d+ points$/,
        where: /^--num-clusters$/,
        fix: /at most \d+ clusters, or give more images$/,
      },
    );
  }));

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
        where: /b\/flags\.json \(it lacks model, images, train\)/,
      }],
      [
        "test",
        await spoiled("c", (copy) => Deno.remove(join(copy, checkpoint))),
        {
          what: /^CheckpointError: Cannot find the checkpoint latest of a run$/,
          where: /\/c$/,
          fix: /^set --checkpoint to best$/,
        },
      ],
      [
        "train",
        await spoiled("d", (copy) => cut(join(copy, checkpoint), 5000)),
        {
          what: /^CheckpointError: Cannot read the checkpoint of a run$/,
          where: /d\/checkpoints\/checkpoint\.safetensors \(it ends early/,
          fix: /^set --checkpoint to best, or start a new run$/,
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
