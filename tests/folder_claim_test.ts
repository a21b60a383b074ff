import assert from "node:assert/strict";
import { join } from "node:path";
import { claimFolder } from "../lib/folder_claim.ts";
import { inFolder } from "./in_folder.ts";

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("claimFolder() removes what a killed process left half-written, and nothing else", () =>
  inFolder(async (folder) => {
    const keep = ["checkpoint.safetensors", "cache", "a.tmp", "a.1.tmp.txt"];
    const leave = ["checkpoint.safetensors.4711.tmp", "cache-1a2b.tmp"];
    for (const part of ["", "checkpoints", "other"]) {
      for (const name of [...keep, ...leave]) {
        const path = join(folder, part, name);
        await Deno.mkdir(join(folder, part), { recursive: true });
        if (!name.startsWith("cache")) await Deno.writeTextFile(path, name);
        else {
          await Deno.mkdir(path);
          await Deno.writeTextFile(join(path, "train_features.f32"), "rows");
        }
      }
    }
    const claim = await claimFolder(folder, ["checkpoints", "not there"]);
    await claim[Symbol.asyncDispose]();
    assert.deepEqual(
      namesIn(folder),
      [...keep, "checkpoints", "other"].sort(),
    );
    assert.deepEqual(namesIn(join(folder, "checkpoints")), keep.sort());
    assert.deepEqual(
      namesIn(join(folder, "other")),
      [...keep, ...leave].sort(),
    );
  }));

Deno.test("claimFolder() is for one at a time, and touches nothing of the one that has it", () =>
  inFolder(async (folder) => {
    const claim = await claimFolder(folder);
    const draft = join(folder, "flags.json.4711.tmp");
    await Deno.writeTextFile(draft, "{");
    await assert.rejects(claimFolder(folder), {
      name: "CheckpointError",
      message: /^Cannot work where another process does/,
      where: join(folder, "in_use.lock"),
      fix: /wait/,
    });
    assert.ok((await Deno.stat(draft)).isFile);
    await claim[Symbol.asyncDispose]();
    await using _ = await claimFolder(folder);
    assert.deepEqual(namesIn(folder), ["in_use.lock"]);
  }));

Deno.test("claimFolder() takes over from a process that was killed", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "in_use.lock"), "");
    const claim = await claimFolder(folder);
    await claim[Symbol.asyncDispose]();
    assert.deepEqual(namesIn(folder), []);
  }));

Deno.test("claimFolder() makes the folder, and removes it if it stays empty", () =>
  inFolder(async (folder) => {
    const inner = join(folder, "run", "test");
    const unused = await claimFolder(inner);
    await unused[Symbol.asyncDispose]();
    assert.deepEqual(namesIn(folder), []);
    const used = await claimFolder(inner);
    await Deno.writeTextFile(join(inner, "recalls.json"), "{}");
    await used[Symbol.asyncDispose]();
    assert.deepEqual(namesIn(inner), ["recalls.json"]);
  }));

Deno.test("claimFolder() says which folder cannot be written", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assert.rejects(claimFolder(join(file, "run")), {
      name: "CheckpointError",
      message: /^Cannot write a file/,
      where: new RegExp(`^${RegExp.escape(join(file, "run", "in_use.lock"))}`),
      fix: /choose a folder/,
    });
  }));
