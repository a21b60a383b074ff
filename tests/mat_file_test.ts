import assert from "node:assert/strict";
import { type MatValue, readMat } from "../lib/mat.ts";
import { inFolder } from "./in_folder.ts";

const FOLDER = new URL("./golden/l_layouts/", import.meta.url);
const FIXTURES = new URL("./golden/k_dataset/mat_variants/", import.meta.url);
const REAL = new URL("../../shared/data/", import.meta.url);
const hasReal = await Deno.stat(REAL).then(() => true, () => false);

Deno.test("readMat() reads v7.3 as it reads v5", async () => {
  const folder = FOLDER.pathname;
  const v5 = await readMat(`${folder}matconvnet_netvlad_white.mat`);
  const path = `${folder}matconvnet_netvlad_white_v73.mat`;
  const v73 = await readMat(path);
  assert.deepEqual([...v73.keys()], ["auxData", "net"]);
  assert.deepEqual(sorted(v73.get("net")!), sorted(v5.get("net")!));

  await assert.rejects(readMat(path, { maxBytes: 10_000 }), {
    name: "DatasetError",
    message: /needs more than 0 MiB/,
    where: path,
  });
});

Deno.test("readMat() refuses a damaged v7.3 file", () =>
  inFolder(async (folder) => {
    const whole = Deno.readFileSync(
      new URL("matconvnet_netvlad_white_v73.mat", FOLDER),
    );
    const path = `${folder}/cut.mat`;
    Deno.writeFileSync(path, whole.subarray(0, whole.length / 2));
    await assert.rejects(readMat(path), {
      name: "DatasetError",
      where: /cut\.mat \(.*trunc/,
      fix: /again/,
    });
  }));

/** A value with its fields in alphabetical order, as v7.3 has them. */
function sorted(value: MatValue): unknown {
  if (value.kind === "struct") {
    const fields = [...value.fields].map(([name, values]) =>
      [name, values.map(sorted)] as const
    );
    return Object.fromEntries(fields.toSorted());
  }
  return value.kind === "cell" ? value.cells.map(sorted) : value;
}

Deno.test("readMat() says which file is missing and what is beside it", async () => {
  const path = new URL("nope.mat", FIXTURES).pathname;
  await assert.rejects(readMat(path), {
    name: "DatasetError",
    where: /nope\.mat/,
    fix: /holds expected\.json, matlab_like_v6_pitts30k_val\.mat/,
  });
});

Deno.test({
  name: `readMat() reads real files${
    hasReal ? "" : " (skipped: no ../shared/data)"
  }`,
  ignore: !hasReal,
  fn: async () => {
    const names = await readMat(
      new URL("specs/tokyo247-names-relja-fork/dbTokyoTMImageFns.mat", REAL)
        .pathname,
    );
    const outer = names.get("aa")!;
    assert.ok(outer.kind === "cell");
    const [inner] = outer.cells;
    assert.ok(inner?.kind === "cell");
    assert.deepEqual(inner.dims, [75984, 1]);
    const first = inner.cells[0]!;
    assert.deepEqual(first.kind === "text" && first.rows, [
      "03814/381418.231_3946450.428/JHVdmPpMNQcjBfR7qsWEtA_012_000.jpg",
    ]);

    const clusters = await readMat(
      new URL(
        "weights/netvlad-init-centroids-relja/pitts30k_train_vd16_conv5_3_preL2_k064_clst.mat",
        REAL,
      ).pathname,
    );
    assert.deepEqual(clusters.get("clsts")!.dims, [512, 64]);
  },
});
