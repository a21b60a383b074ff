import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { makeImage } from "../data/image/images.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { readTinyCity } from "../tiny_city.ts";
import { evaluatePlainly } from "./evaluate_plainly.ts";
import { evaluate, withModel } from "./evaluate_small_model.ts";

/** The city with two files that are no images, and one image that has another size. */
async function withBadImages(
  act: (made: {
    dataset: PlaceDataset;
    bad: readonly string[];
    wide: string;
  }) => Promise<void>,
): Promise<void> {
  const dataset = await readTinyCity("val");
  await inFolder(async (folder) => {
    const bad = ["a.jpg", "b.jpg"].map((name) => join(folder, name));
    for (const path of bad) await Deno.writeTextFile(path, "no image");
    const wide = join(folder, "wide.jpg");
    await Deno.writeFile(wide, await encodeJpeg(makeImage(96, 48), 90));
    await act({ dataset, bad, wide });
  });
}

function replacePath(
  dataset: PlaceDataset,
  role: "database" | "queries",
  path: string,
): PlaceDataset {
  const paths = dataset[role].paths.with(4, path);
  return { ...dataset, [role]: { ...dataset[role], paths } };
}

testOnWasm(
  "evaluateModel() stops at an image that cannot be read, and names it",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withBadImages(async ({ dataset, bad, wide }) => {
          for (const role of ["database", "queries"] as const) {
            const wrong = replacePath(dataset, role, bad[0]!);
            await assert.rejects(evaluate(model, wrong), {
              name: "DatasetError",
              where: new RegExp(RegExp.escape(bad[0]!)),
            });
          }
          await assert.rejects(
            evaluate(model, replacePath(dataset, "queries", wide)),
            {
              name: "DatasetError",
              where: new RegExp(`${RegExp.escape(wide)} is 96x48`),
              fix: /set resize/,
            },
          );
        }),
    ),
);

testOnWasm(
  "evaluateModel() leaves out and counts unreadable images if asked to",
  (engine) =>
    withModel(engine, (model) =>
      withBadImages(async ({ dataset, bad }) => {
        const wrong = replacePath(
          replacePath(dataset, "database", bad[0]!),
          "queries",
          bad[1]!,
        );
        const notes: string[] = [];
        const { dataset: kept, recall, predictions } = await evaluate(
          model,
          wrong,
          { images: { skipUnreadable: true }, recallAt: [1, 11] },
          notes,
        );
        assert.deepEqual(notes, [
          `left out 1 of 12 images that cannot be read: ${bad[0]}`,
          `left out 1 of 8 images that cannot be read: ${bad[1]}`,
        ]);
        assert.equal(kept.database.paths.length, 11);
        assert.equal(kept.queries.paths.length, 7);
        const expected = await evaluatePlainly(model, kept, [1, 11]);
        assert.deepEqual([...recall], expected.recall);
        assert.deepEqual([...predictions.indices], expected.indices.flat());
      })),
);
