import { tinyCity } from "../tiny_city.ts";
import { refuse } from "./refuse.ts";

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
      args: ["extract", "--output", "a.csv", "--num-clusters", "1000000"],
      what: /^OptionsError: Cannot extract with these flags$/,
      where:
        /^--images PATH is missing; --output is "a\.csv", must be .*; --num-clusters is 1000000, must be an integer from 1 to 4096$/,
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
