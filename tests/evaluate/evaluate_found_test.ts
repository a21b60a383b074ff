import assert from "node:assert/strict";
import { join } from "node:path";
import type { PlaceDataset } from "../../lib/data/dataset.ts";
import { extractDescriptors } from "../../lib/describe/extract.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { evaluateModel } from "../../lib/evaluate/evaluate.ts";
import {
  evaluateDescriptors,
  type FoundDescriptors,
} from "../../lib/evaluate/evaluate_descriptors.ts";
import { evaluatePairs } from "../../lib/evaluate/evaluate_pairs.ts";
import type { Evaluation } from "../../lib/evaluate/evaluation.ts";
import { listPairs, readPairs, writePairs } from "../../lib/evaluate/pairs.ts";
import { drain } from "../../lib/progress.ts";
import { rowsInMemory } from "../../lib/search/descriptor_rows.ts";
import { readHlocDescriptors } from "../../lib/search/hloc_descriptors.ts";
import type { NamedDescriptors } from "../../lib/search/named_descriptors.ts";
import { readDescriptors } from "../../lib/search/read_descriptors.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { inFolder } from "../in_folder.ts";
import { makeModel } from "../model/make_model.ts";
import { pythonPackage, runPython } from "../run_python.ts";
import { readTinyCity, tinyCity } from "../tiny_city.ts";

const OPTIONS = { recallAt: [1, 3, 5], predictions: 5 };

const h5py = await pythonPackage("h5py");

function evaluate(
  engine: Engine,
  dataset: PlaceDataset,
  found: FoundDescriptors,
): Promise<Evaluation> {
  return drain(evaluateDescriptors(engine, dataset, found, OPTIONS));
}

function assertSame(found: Evaluation, own: Evaluation): void {
  assert.deepEqual(found.recall, own.recall);
  assert.deepEqual(found.predictions, own.predictions);
  assert.deepEqual(found.firstCorrect, own.firstCorrect);
}

testOnWasm(
  "evaluateDescriptors() and evaluatePairs() come to what evaluateModel() does for the model that made them",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", pooling: "avg" });
    const dataset = await readTinyCity("test");
    const own = await drain(evaluateModel(model, dataset, OPTIONS));
    assert.ok(own.recall.get(1)! > 0.2 && own.recall.get(1)! < 1);
    await inFolder(async (folder) => {
      const images = await tinyCity(); // all splits: more than is asked for
      for (
        const [name, layout] of [
          ["hloc.h5", "hloc"],
          ["rows.h5", "rows"],
          ["rows.npy", "rows"],
        ] as const
      ) {
        const output = join(folder, name);
        const extraction = await drain(
          extractDescriptors(model, { images, output, layout }),
        );
        const isHloc = layout === "hloc";
        assert.equal(extraction.names === output, isHloc);
        using database = await readDescriptors(output);
        if (isHloc) {
          assert.ok(database.names.includes("test/database_0_0.jpg"));
          assert.ok(database.names.includes("queries_real/test/query_0_0.jpg"));
        }
        assertSame(await evaluate(engine, dataset, { database }), own);
        using queries = await readDescriptors(output);
        assertSame(await evaluate(engine, dataset, { database, queries }), own);
      }
      const path = join(folder, "pairs.txt");
      await writePairs(path, listPairs(own, { count: 5, root: images }));
      const pairs = await readPairs(path);
      const found = await drain(evaluatePairs(dataset, pairs, OPTIONS));
      assert.deepEqual(found.recall, own.recall);
      assert.deepEqual(found.predictions.indices, own.predictions.indices);
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(left, [
        ...["hloc.h5", "pairs.txt", "rows.h5", "rows.npy", "rows_images.txt"],
      ]);
    });
    await model.dispose();
  },
);

/** Descriptors in memory, one value each. */
function named(names: readonly string[], values: number[]): NamedDescriptors {
  return {
    ...rowsInMemory(Float32Array.from(values), values.length / names.length),
    ...{ path: "found.h5", names },
    [Symbol.dispose]: () => {},
  };
}

testOnWasm(
  "evaluateDescriptors() names what is missing, ambiguous or of another length",
  async (engine) => {
    const dataset = await readTinyCity("val");
    const { database, queries } = dataset;
    const paths = [...database.paths, ...queries.paths];
    const values = paths.map((_, i) => i);
    const whole = named(paths, values);
    const turned = named(paths.toReversed(), values.toReversed());
    assertSame(
      await evaluate(engine, dataset, { database: turned }),
      await evaluate(engine, dataset, { database: whole }),
    );
    const few = named(paths.slice(5), values.slice(5));
    await assert.rejects(evaluate(engine, dataset, { database: few }), {
      name: "DatasetError",
      where: `found.h5 has none of ${
        database.paths.slice(0, 3).join(", ")
      } and 2 more; it has ${paths.slice(5, 8).join(", ")} and ${
        paths.length - 8
      } more`,
      fix: /^give descriptors of every image of the split/,
    });
    const doubled = {
      ...dataset,
      queries: {
        ...queries,
        paths: database.paths.slice(0, 8).map((path) => `night/${path}`),
      },
    };
    const names = paths.map((path) => path.slice(path.lastIndexOf("/") + 1));
    await assert.rejects(
      evaluate(engine, doubled, { database: named(names, values) }),
      { name: "DatasetError", where: /^database_0_0\.jpg may be .* or night/ },
    );
    const long = named(paths, [...values, ...values]);
    await assert.rejects(
      evaluate(engine, dataset, { database: whole, queries: long }),
      {
        name: "ShapeError",
        where: "found.h5 has 1 values each, found.h5 2",
      },
    );
  },
);

testOnWasm(
  `evaluateDescriptors() takes float16 of h5py${h5py.missing}`,
  async (engine) => {
    if (h5py.missing) return;
    const model = makeModel(engine, { arch: "alexnet", pooling: "avg" });
    const dataset = await readTinyCity("test");
    const own = await drain(evaluateModel(model, dataset, OPTIONS));
    await inFolder(async (folder) => {
      const output = join(folder, "ours.h5");
      const half = join(folder, "half.h5");
      const images = await tinyCity();
      await drain(
        extractDescriptors(model, { images, output, layout: "hloc" }),
      );
      const program = `
import h5py, sys
ours, half = h5py.File(sys.argv[1], "r"), h5py.File(sys.argv[2], "w", libver="latest")
def copy(name, thing):
    if isinstance(thing, h5py.Dataset):
        half.create_dataset(name, data=thing[()].astype("float16"))
ours.visititems(copy)
half.close()`;
      await runPython(program, { args: [output, half] });
      using database = await readHlocDescriptors(half);
      const found = await evaluate(engine, dataset, { database });
      const theirs = found.predictions.distancesSquared;
      own.predictions.distancesSquared.forEach((distance, i) => {
        // Rounding to 11 bits moves a unit vector by less than 2⁻¹¹.
        const error = Math.sqrt(distance) - Math.sqrt(theirs[i]!);
        assert.ok(Math.abs(error) < 2 ** -10, `${distance} ${theirs[i]}`);
      });
    });
    await model.dispose();
  },
);
