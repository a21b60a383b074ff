import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { createModel } from "../../lib/model/create_model.ts";
import { encodeOnnxModel } from "../../lib/model/onnx_model.ts";
import { readWhitening } from "../../lib/model/weights/whitening_file.ts";
import { readNpy } from "../../lib/npy.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { testInFolder } from "../in_folder.ts";
import { writeModel } from "../model/make_stranger.ts";
import { tinyCity } from "../tiny_city.ts";
import { runCommand, runForJson } from "./run_command.ts";

const WASM = ["--engine", "wasm", "--engine-threads", "1"];
const OPTIONS = { arch: "alexnet", widthDivisor: 8, pooling: "gem" } as const;
const MODEL = ["--arch", "alexnet", "--width-divisor", "8", "--pooling", "gem"];

testInFolder(
  "whiten writes a run's model with a whitening, which test and extract take as they say",
  async (folder) => {
    const data = ["--data-path", await tinyCity(), ...WASM];
    const runs = ["--runs-path", join(folder, "runs")];
    const { json: { run } } = await runForJson(
      "train",
      ...[...data, ...runs, ...MODEL, "--epochs", "1"],
    );
    const fitted = await runForJson(
      "whiten",
      ...[...data, "--resume", run, "--whiten", "6"],
    );
    const { output, images, descriptor, keptVariance } = fitted.json;
    assert.equal(
      output,
      join(run, "checkpoints", "checkpoint_whitened_6.safetensors"),
    );
    assert.deepEqual([images, descriptor], [18, 6]);
    assert.ok(keptVariance > 0.5 && keptVariance <= 1);
    assert.match(
      fitted.err,
      new RegExp(
        `^use it: +deno task test --resume \\S+${basename(run)} --whitening `,
        "m",
      ),
    );
    assert.equal(readWhitening(output).offset.shape[0], 6);

    const tested = await runForJson(
      "test",
      ...[...data, "--resume", run, "--whitening", output],
      ...["--crop-length", "4"],
    );
    assert.equal(tested.json.descriptor, 4);
    assert.match(tested.err, /^whitening: 32 values to 4$/m);
    assert.equal(
      basename(tested.json.output),
      "test_pittsburgh_val_whitened_4",
    );
    const flags = await readRunFlags(tested.json.output);
    assert.deepEqual(flags.whitening, { whitening: output, cropLength: 4 });

    const rows = join(folder, "rows.npy");
    await runForJson(
      "extract",
      ...["--weights", output, "--images", join(await tinyCity(), "test")],
      ...["--output", rows, ...WASM],
    );
    assert.equal((await readNpy(rows)).shape[1], 6);
  },
);

testInFolder(
  "test fits a whitening first if asked, and keeps it where it can be taken again",
  async (folder) => {
    const model = await createModel(OPTIONS, { engine: "wasm" });
    const bytes = await encodeOnnxModel(model);
    const onnx = await writeModel(folder, bytes, "exported.onnx");
    await model.dispose();
    const args = [
      ...["--data-path", await tinyCity(), "--onnx", onnx, ...WASM],
      ...["--runs-path", join(folder, "runs")],
    ];
    const first = await runForJson("test", ...args, "--whiten", "5");
    assert.equal(first.json.descriptor, 5);
    assert.match(basename(first.json.output), /_whitened_5$/);
    const file = join(first.json.output, "whitening.safetensors");
    const flags = await readRunFlags(first.json.output);
    assert.deepEqual(flags.whitening, { whitening: file });

    const again = await runForJson("test", ...args, "--whitening", file);
    assert.deepEqual(again.json.recall, first.json.recall);
    const alone = await runForJson(
      "whiten",
      ...[...args.slice(0, -2), "--whiten", "5"],
      ...["--output", join(folder, "alone.safetensors")],
    );
    assert.deepEqual(
      readWhitening(alone.json.output),
      readWhitening(file),
    );
    assert.match(alone.err, /^use it: +deno task test --onnx .* --whitening /m);
  },
);

testInFolder(
  "whiten says what is wrong with what it is given",
  async (folder) => {
    const output = ["--output", join(folder, "a.safetensors")];
    const small = ["--data-path", await tinyCity(), ...MODEL, ...WASM];
    const { code, err } = await runCommand("whiten", ...small, ...output);
    assert.equal(code, 1);
    assert.match(err, /OptionsError: Cannot fit a whitening to 4096 values\n/);
    assert.match(
      err,
      /where: --whiten, for 32 values of 18 images of pittsburgh, split train\n/,
    );
    assert.match(err, /fix: {3}set --whiten to at most 17\n/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);

    const flags = await runCommand(
      "test",
      ...[
        "--whiten",
        "8",
        "--whitening",
        "a.safetensors",
        "--crop-length",
        "2",
      ],
    );
    assert.match(flags.err, /--whiten fits a whitening, --whitening has one/);
    assert.match(flags.err, /--crop-length crops a whitening that is there/);
    const { err: lone } = await runCommand("test", "--whiten-images", "50");
    assert.match(lone, /--whiten-images is for --whiten/);
  },
);
