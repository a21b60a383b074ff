import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { openWorkFolder } from "../../lib/describe/work_folder.ts";
import { inFolder } from "../in_folder.ts";

Deno.test("openWorkFolder() makes a folder of its own, which is there until it is disposed", () =>
  inFolder(async (folder) => {
    const one = await openWorkFolder(folder);
    const other = await openWorkFolder(folder);
    assert.notEqual(one.path, other.path);
    assert.equal(dirname(one.path), folder);
    await Deno.writeTextFile(join(one.path, "rows.f32"), "rows");
    await one[Symbol.asyncDispose]();
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name)),
      [other.path],
    );
    await other[Symbol.asyncDispose]();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("openWorkFolder() makes its parent, and removes it if it stays empty", () =>
  inFolder(async (folder) => {
    const parent = join(folder, "deep", "cache");
    const unused = await openWorkFolder(parent);
    assert.equal(dirname(unused.path), parent);
    await unused[Symbol.asyncDispose]();
    assert.deepEqual([...Deno.readDirSync(folder)], []);

    const used = await openWorkFolder(parent);
    await Deno.writeTextFile(join(parent, "result"), "");
    await used[Symbol.asyncDispose]();
    assert.deepEqual([...Deno.readDirSync(parent)].map(({ name }) => name), [
      "result",
    ]);
  }));

Deno.test("openWorkFolder() uses the system's temporary files where no folder is named", async () => {
  const work = await openWorkFolder();
  assert.ok((await Deno.stat(work.path)).isDirectory);
  await work[Symbol.asyncDispose]();
  await assert.rejects(Deno.stat(work.path), Deno.errors.NotFound);
});

Deno.test("openWorkFolder() says where a folder cannot be made", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await assert.rejects(openWorkFolder(join(file, "cache")), {
      name: "CheckpointError",
      message: /^Cannot make a folder for descriptors/,
      where: new RegExp(`^${RegExp.escape(join(file, "cache"))} \\(`),
      fix: /cachePath/,
    });
  }));
