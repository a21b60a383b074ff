import assert from "node:assert/strict";
import { join } from "node:path";
import { checkWritable, makeFolder, writeTextWhole } from "../lib/files.ts";
import { inFolder } from "./in_folder.ts";

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

Deno.test("makeFolder() takes back what it made, as far as it is empty", () =>
  inFolder(async (folder) => {
    const unmake = await makeFolder(join(folder, "a/b/c"));
    await Deno.writeTextFile(join(folder, "a/file"), "");
    await unmake();
    assert.deepEqual(namesIn(join(folder, "a")), ["file"]);
    const unmakeNothing = await makeFolder(join(folder, "a"));
    await Deno.remove(join(folder, "a/file"));
    await unmakeNothing();
    assert.deepEqual(namesIn(folder), ["a"], "it was there before");
  }));

Deno.test("makeFolder() leaves nothing where it fails", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(makeFolder(join(folder, "file/a/b")));
    assert.deepEqual(namesIn(folder), ["file"]);
  }));

Deno.test("checkWritable() leaves nothing", () =>
  inFolder(async (folder) => {
    await checkWritable(join(folder, "a/b.txt"));
    assert.deepEqual(namesIn(folder), []);
    const path = join(folder, "there.txt");
    await Deno.writeTextFile(path, "text");
    await checkWritable(path);
    assert.equal(await Deno.readTextFile(path), "text");
    assert.deepEqual(namesIn(folder), ["there.txt"]);
  }));

Deno.test("checkWritable() refuses what writeWhole() could not write", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    for (const path of [folder, join(folder, "file/a")]) {
      const error = {
        name: "CheckpointError",
        message: /^Cannot write a file\n/,
        where: new RegExp(`^${RegExp.escape(path)} \\(`),
        fix: /choose a folder/,
      };
      await assert.rejects(checkWritable(path), error);
      await assert.rejects(writeTextWhole(path, "text"), error);
    }
    assert.deepEqual(namesIn(folder), ["file"]);
  }));
