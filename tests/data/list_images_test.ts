import assert from "node:assert/strict";
import { listImages, readImageList } from "../../lib/data/list_images.ts";
import { withFiles } from "./make_files.ts";

const FILES = [
  "b.jpg",
  "B.JPEG",
  "a/c.PNG",
  "a/deep/z.webp",
  "a10.jpg",
  "a9.jpg",
  ".hidden.jpg",
  ".thumbs/x.jpg",
  "notes.txt",
  "ajpg",
];

Deno.test("listImages() lists images in code-unit order, whatever their case", async () => {
  await withFiles(FILES, async (folder) => {
    assert.deepEqual(
      await listImages(folder),
      ["B.JPEG", "a10.jpg", "a9.jpg", "b.jpg"].map((name) =>
        `${folder}/${name}`
      ),
    );
    assert.deepEqual(
      await listImages(folder, { recursive: true }),
      ["B.JPEG", "a/c.PNG", "a/deep/z.webp", "a10.jpg", "a9.jpg", "b.jpg"]
        .map((name) => `${folder}/${name}`),
    );
  });
});

Deno.test("listImages() follows links, but not in circles", async () => {
  await withFiles(["real/a.jpg", "set/b.jpg"], async (folder) => {
    await Deno.symlink(`${folder}/real`, `${folder}/set/link`);
    await Deno.symlink(`${folder}/set`, `${folder}/set/circle`);
    await Deno.symlink(`${folder}/real/a.jpg`, `${folder}/set/c.jpg`);
    assert.deepEqual(
      await listImages(`${folder}/set`, { recursive: true }),
      ["b.jpg", "c.jpg", "link/a.jpg"].map((name) => `${folder}/set/${name}`),
    );
  });
});

Deno.test("listImages() says what is there instead of a folder of images", async () => {
  await withFiles(["queries/a.jpg", "empty/a.txt"], async (folder) => {
    await assert.rejects(listImages(`${folder}/database`), {
      name: "DatasetError",
      where: /\/database \(/,
      fix: /holds empty\/, queries\/$/,
    });
    await assert.rejects(listImages(`${folder}/empty`), {
      name: "DatasetError",
      where: `${folder}/empty`,
      fix: /holds a\.txt$/,
    });
  });
});

Deno.test("readImageList() reads paths from the list's folder, from another, or absolute", async () => {
  const list = "\ufeffb.jpg\r\n\r\n  a/ü.jpg  \n/there/c.jpg\n";
  await withFiles(
    { "lists/all.txt": list, "none.txt": "\n \n" },
    async (folder) => {
      const file = `${folder}/lists/all.txt`;
      assert.deepEqual(await readImageList(file), [
        `${folder}/lists/b.jpg`,
        `${folder}/lists/a/ü.jpg`,
        "/there/c.jpg",
      ]);
      assert.equal((await readImageList(file, "/data"))[0], "/data/b.jpg");
      await assert.rejects(readImageList(`${folder}/none.txt`), {
        name: "DatasetError",
        where: `${folder}/none.txt`,
        fix: /one image path per line/,
      });
      await assert.rejects(readImageList(`${folder}/nope.txt`), {
        name: "DatasetError",
        where: /nope\.txt/,
        fix: /holds lists\/, none\.txt$/,
      });
    },
  );
});
