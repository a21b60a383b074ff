import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createRunFolder,
  readRunFlags,
  resolveRunOptions,
  writeRunFlags,
} from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";

const NOW = new Date(2024, 10, 5, 9, 2, 58);

Deno.test("createRunFolder() is named as in pytorch-NetVlad", () =>
  inFolder(async (folder) => {
    const runsPath = join(folder, "deep", "runs");
    const run = await createRunFolder({ runsPath }, "vgg16_netvlad", NOW);
    assert.equal(run, join(runsPath, "Nov05_09-02-58_vgg16_netvlad"));
    assert.ok((await Deno.stat(run)).isDirectory);
  }));

Deno.test("createRunFolder() makes a new folder every time", () =>
  inFolder(async (runsPath) => {
    const make = (): Promise<string> => createRunFolder({ runsPath }, "a", NOW);
    const first = await make();
    assert.equal(await make(), `${first}_2`);
    assert.equal(await make(), `${first}_3`);
    const made = await Promise.all([make(), make()]);
    assert.deepEqual(made.sort(), [`${first}_4`, `${first}_5`]);
  }));

Deno.test("createRunFolder() says where it cannot make one", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assert.rejects(createRunFolder({ runsPath: file }, "a", NOW), {
      name: "CheckpointError",
      message: /^Cannot make a run folder/,
      where: new RegExp(`^${RegExp.escape(join(file, "Nov05"))}`),
      fix: /runsPath/,
    });
  }));

Deno.test("resolveRunOptions() refuses an empty folder", () => {
  assert.deepEqual(resolveRunOptions(), { runsPath: "runs" });
  assert.throws(() => resolveRunOptions({ runsPath: "" }), {
    name: "OptionsError",
    where: /^runsPath is ""/,
  });
});

Deno.test("readRunFlags() reads what writeRunFlags() wrote", () =>
  inFolder(async (run) => {
    const flags = {
      model: { arch: "vgg16", vladV2: false },
      images: { resize: null },
      seed: 123,
    };
    await writeRunFlags(run, flags);
    assert.deepEqual(await readRunFlags(run), flags);
    assert.deepEqual([...Deno.readDirSync(run)].map(({ name }) => name), [
      "flags.json",
    ]);
  }));

Deno.test("readRunFlags() says which file is missing or damaged", () =>
  inFolder(async (run) => {
    const path = join(run, "flags.json");
    const error = {
      name: "CheckpointError",
      message: /^Cannot read the options of a run/,
      where: new RegExp(`^${RegExp.escape(path)} \\(`),
      fix: /run folder/,
    };
    await assert.rejects(readRunFlags(run), error);
    for (const text of ["", '{"seed": 1', "3", "null"]) {
      await Deno.writeTextFile(path, text);
      await assert.rejects(readRunFlags(run), error, text);
    }
  }));
