import assert from "node:assert/strict";
import { join } from "node:path";
import { readNpyLists, readNpyTexts } from "../lib/npy_lists.ts";
import { writeNpy } from "../lib/npy.ts";
import { readNpz } from "../lib/npz.ts";
import { inFolder } from "./in_folder.ts";

/*
 * Written by NumPy 2.4:
 *
 * lists = np.empty(3, dtype=object)
 * lists[0], lists[1], lists[2] = np.array([4, 2]), np.array([], dtype=np.int64), [7]
 * np.save("lists.npy", lists)
 * np.save("pairs.npy", np.array([[0, [1, 2]], [1, np.array([3])]], dtype=object))
 * np.save("names.npy", np.array(["a/é.jpg", "bb.jpg"]))
 * np.savez_compressed("c.npz", utmQ=np.arange(6.).reshape(3, 2))
 */
const LISTS =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJX/AAAAAAAAAIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwOFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYoldlChoAmgFSwCFlGgHh5RSlChLAUsChZRoDIwCaTiUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYolDEAQAAAAAAAAAAgAAAAAAAACUdJRiaAJoBUsAhZRoB4eUUpQoSwFLAIWUaBmJQwCUdJRiXZRLB2FldJRiLg==";
const PAIRS =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJXiAAAAAAAAAIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwJLAoaUaAOMBWR0eXBllJOUjAJPOJSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0s/dJRiiV2UKEsAXZQoSwFLAmVLAWgCaAVLAIWUaAeHlFKUKEsBSwGFlGgMjAJpOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiiUMIAwAAAAAAAACUdJRiZXSUYi4=";
const NAMES =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPFU3JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphAAAALwAAAOkAAAAuAAAAagAAAHAAAABnAAAAYgAAAGIAAAAuAAAAagAAAHAAAABnAAAAAAAAAA==";
const COMPRESSED =
  "UEsDBC0AAAAIAAAAIQCOE9Q0//////////8IABQAdXRtUS5ucHkBABAAsAAAAAAAAABXAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkaaOgq1CmQDLgYU8MEeynCAUBxQWgBKizgAAFBLAQItAy0AAAAIAAAAIQCOE9Q0VwAAALAAAAAIAAAAAAAAAAAAAACAAQAAAAB1dG1RLm5weVBLBQYAAAAAAQABADYAAACRAAAAAAA=";

async function withBytes(
  bytes: Uint8Array,
  act: (path: string) => void,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, "file.npy");
    await Deno.writeFile(path, bytes);
    act(path);
  });
}

/** A file with a text in it replaced by another of the same length. */
function spoil(base64: string, from: string, to: string): Uint8Array {
  const letters = String.fromCharCode(...Uint8Array.fromBase64(base64))
    .replace(from, to);
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

Deno.test("readNpyLists() reads an array of arrays and lists, empty ones too", async () => {
  await withBytes(Uint8Array.fromBase64(LISTS), (path) => {
    assert.deepEqual(readNpyLists(path), [[4, 2], [], [7]]);
  });
});

Deno.test("readNpyLists() reads pairs of a query and its list", async () => {
  await withBytes(Uint8Array.fromBase64(PAIRS), (path) => {
    assert.deepEqual(readNpyLists(path), [[1, 2], [3]]);
  });
});

Deno.test("readNpyLists() reads rows and single integers", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "rows.npy");
    const data = Int32Array.of(1, 2, 3, 4);
    await writeNpy(path, { shape: [2, 2], data });
    assert.deepEqual(readNpyLists(path), [[1, 2], [3, 4]]);
    await writeNpy(path, { shape: [4], data });
    assert.deepEqual(readNpyLists(path), [[1], [2], [3], [4]]);
    await writeNpy(path, { shape: [1], data: Float64Array.of(0.5) });
    assert.throws(() => readNpyLists(path), {
      name: "CheckpointError",
      where: `${path} (item 1 is no list of integers)`,
    });
  });
});

Deno.test("readNpyLists() refuses a pickle that refers to anything else, by name", async () => {
  const hostile = spoil(LISTS, "_reconstruct", "_wreconstruc");
  await withBytes(hostile, (path) => {
    assert.throws(() => readNpyLists(path), {
      name: "CheckpointError",
      where:
        `${path} (it refers to numpy._core.multiarray._wreconstruc, which is refused)`,
    });
  });
  const system = spoil(LISTS, "\x8c\x05numpy", "\x8c\x05posix");
  await withBytes(system, (path) => {
    assert.throws(() => readNpyLists(path), {
      where: `${path} (it refers to posix.ndarray, which is refused)`,
    });
  });
});

Deno.test("readNpyLists() refuses a file cut short anywhere", async () => {
  const whole = Uint8Array.fromBase64(LISTS);
  for (let length = 0; length < whole.length; length += 7) {
    await withBytes(whole.slice(0, length), (path) => {
      assert.throws(() => readNpyLists(path), { name: "CheckpointError" });
    });
  }
});

Deno.test("readNpyTexts() reads names, and no numbers", async () => {
  await withBytes(Uint8Array.fromBase64(NAMES), (path) => {
    assert.deepEqual(readNpyTexts(path), ["a/é.jpg", "bb.jpg"]);
  });
  await withBytes(Uint8Array.fromBase64(LISTS), (path) => {
    assert.throws(() => readNpyTexts(path), {
      name: "CheckpointError",
      where: /does not tell of names\)$/,
    });
  });
});

Deno.test("readNpz() inflates what is compressed, and leaves out what is not there", async () => {
  await withBytes(Uint8Array.fromBase64(COMPRESSED), (path) => {
    const arrays = readNpz(path, ["utmQ", "utmDb"]);
    assert.deepEqual([...arrays.keys()], ["utmQ"]);
    const { shape, data } = arrays.get("utmQ")!;
    assert.deepEqual(shape, [3, 2]);
    assert.deepEqual([...data], [0, 1, 2, 3, 4, 5]);
  });
});

Deno.test("readNpz() refuses what does not inflate to what it says", async () => {
  const bytes = Uint8Array.fromBase64(COMPRESSED);
  bytes[70]! ^= 0xff;
  await withBytes(bytes, (path) => {
    assert.throws(() => readNpz(path, ["utmQ"]), {
      name: "CheckpointError",
      where: /does not inflate|does not tell|not as long/,
    });
  });
});
