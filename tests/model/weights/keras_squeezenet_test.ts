import assert from "node:assert/strict";
import { openHdf5 } from "../../../lib/hdf5.ts";
import { readKerasApart } from "../../../lib/model/weights/keras_apart.ts";
import { readKerasSqueezenet } from "../../../lib/model/weights/keras_squeezenet.ts";
import { makeKerasFile } from "./make_keras_file.ts";

Deno.test("readKerasSqueezenet() turns kernels and gives torchvision's names", async () => {
  await makeKerasFile({}, async (path) => {
    const tensors = await readKerasSqueezenet(path);
    assert.equal(tensors.size, 2 * (1 + 8 * 3));
    for (const index of [3, 4, 6, 7, 9, 10, 11, 12]) {
      for (const part of ["squeeze", "expand1x1", "expand3x3"]) {
        const name = `features.${index}.${part}`;
        assert.deepEqual(tensors.get(`${name}.weight`)!.shape, [4, 2, 1, 3]);
        assert.deepEqual(tensors.get(`${name}.bias`)!.shape, [4]);
      }
    }
    const { data } = tensors.get("features.3.squeeze.weight")!;
    // Of [h=1, w=3, in=2, out=4] counted from 0, the number at (0, x, i, o) is 8x + 4i + o.
    for (const [o, i, x] of [[0, 0, 0], [3, 1, 2], [2, 0, 1]] as const) {
      assert.equal(data[(o * 2 + i) * 3 + x], 8 * x + 4 * i + o);
    }
  });
});

Deno.test("readKerasSqueezenet() turns blue, green, red of the first kernel", async () => {
  await makeKerasFile({}, async (path) => {
    const tensors = await readKerasSqueezenet(path);
    const { shape, data } = tensors.get("features.0.weight")!;
    assert.deepEqual(shape, [2, 3, 3, 3]);
    // Of [3, 3, in=3, out=2] counted from 0, channel i is at 2i; red was last.
    assert.deepEqual([data[0], data[9], data[18]], [4, 2, 0]);
  });
});

Deno.test("readKerasSqueezenet() names every layer that is missing", async () => {
  await makeKerasFile(
    { without: ["conv1", "fire9/squeeze1x1"] },
    async (path) => {
      await assert.rejects(readKerasSqueezenet(path), {
        name: "CheckpointError",
        where: `${path} (no kernel and bias for conv1, fire9/squeeze1x1)`,
        fix: /squeezenet_weights/,
      });
    },
  );
});

Deno.test("readKerasApart() gives what readKerasSqueezenet() gives, tensors and errors", () =>
  makeKerasFile({ without: [] }, async (path) => {
    assert.deepEqual(
      await readKerasApart(path),
      await readKerasSqueezenet(path),
    );
    await assert.rejects(readKerasApart(`${path}.none`), {
      name: "CheckpointError",
      where: /none \(No such file/,
    });
  }));

Deno.test("readKerasApart() gives up a file that the HDF5 library hangs in", () =>
  makeKerasFile({}, async (path) => {
    const bytes = Deno.readFileSync(path);
    emptyFreeSpace(bytes);
    Deno.writeFileSync(path, bytes);
    await assert.rejects(readKerasApart(path, 2000), {
      name: "CheckpointError",
      where: `${path} (the HDF5 library hangs in it)`,
      fix: /download/,
    });
  }));

/** Sets the size of the last object of the first global heap, its free space, to zero. */
function emptyFreeSpace(bytes: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(bytes.buffer);
  const heap = new TextDecoder("latin1").decode(bytes).indexOf("GCOL");
  let object = heap + 16;
  while (view.getUint16(object, true) !== 0) {
    const size = view.getUint32(object + 8, true);
    object += 16 + Math.ceil(size / 8) * 8;
  }
  view.setUint32(object + 8, 0, true);
}

const real = new URL(
  "../../../../shared/data/weights/squeezenet-v1.1-keras-notop/" +
    "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
  import.meta.url,
).pathname;
const hasReal = await Deno.stat(real).then(() => true, () => false);

Deno.test({
  ignore: !hasReal,
  name: `readKerasSqueezenet() reads the published weights${
    hasReal ? "" : " (skipped: no ../shared/data)"
  }`,
  fn: async () => {
    const tensors = await readKerasSqueezenet(real);
    const total = [...tensors.values()].reduce((n, t) => n + t.data.length, 0);
    assert.equal(total, 722496);
    assert.deepEqual(tensors.get("features.0.weight")!.shape, [64, 3, 3, 3]);
    const expand = tensors.get("features.12.expand3x3.weight")!;
    assert.deepEqual(expand.shape, [256, 64, 3, 3]);

    using file = await openHdf5(real);
    const found = file.readDataset("fire9/expand3x3/uniform25");
    assert.deepEqual(found.shape, [3, 3, 64, 256]);
    for (
      const [o, i, y, x] of [[0, 0, 0, 0], [255, 63, 2, 1], [
        7,
        9,
        1,
        2,
      ]] as const
    ) {
      assert.equal(
        expand.data[((o * 64 + i) * 3 + y) * 3 + x],
        found.data[((y * 3 + x) * 64 + i) * 256 + o],
      );
    }
  },
});
