import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openHdf5, writeHdf5 } from "../../lib/hdf5.ts";
import type { NumberArray } from "../../lib/number_types.ts";
import { type ParityRowEvent, runParity } from "../../lib/parity/parity.ts";
import type { ParityResult } from "../../lib/parity/parity_result.ts";
import { drain } from "../../lib/progress.ts";
import { inFolder } from "../in_folder.ts";

const GOLDEN = fileURLToPath(new URL("../golden/", import.meta.url));
const TRIPLET = join(GOLDEN, "c_triplet/b3_d64");

type Datasets = Record<string, { shape: number[]; data: NumberArray }>;

/** A golden case in memory, to be changed. */
interface LooseCase {
  // deno-lint-ignore no-explicit-any
  notes: any;
  datasets: Datasets;
}

async function readTriplet(): Promise<LooseCase> {
  using file = await openHdf5(`${TRIPLET}.h5`);
  const datasets = Object.fromEntries(
    file.listDatasets().map(({ name }) => [name, file.readDataset(name)]),
  );
  const notes = JSON.parse(await Deno.readTextFile(`${TRIPLET}.json`));
  return { notes, datasets };
}

/** Writes the case as `folder/name`, spoiled. */
async function writeCase(
  folder: string,
  name: string,
  spoil: (loose: LooseCase) => void,
): Promise<void> {
  const loose = await readTriplet();
  loose.notes.case = name;
  spoil(loose);
  await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
  await writeHdf5(join(folder, `${name}.h5`), loose.datasets);
  await Deno.writeTextFile(
    join(folder, `${name}.json`),
    JSON.stringify(loose.notes),
  );
}

/** What is done to a case, and what its row must say. */
const SPOILED: Record<
  string,
  { spoil: (loose: LooseCase) => void; says: RegExp }
> = {
  perturbed: {
    spoil: ({ datasets }) => datasets.grad_p!.data[70]! += 1e-5,
    says: /^grad_p \[1,6\]$/,
  },
  ["with NaN"]: {
    spoil: ({ datasets }) => datasets.grad_n!.data[5] = NaN,
    says: /^grad_n \[0,5\]$/,
  },
  ["without a dataset"]: {
    spoil: ({ datasets }) => delete datasets.grad_q,
    says: /there is no dataset grad_q/,
  },
  ["that does not know of a dataset"]: {
    spoil: ({ notes, datasets }) => {
      delete notes.datasets.grad_q;
      delete datasets.grad_q;
    },
    says: /^grad_q there is no such dataset/,
  },
  ["of another shape"]: {
    spoil: ({ datasets }) => datasets.grad_q!.shape = [64, 3],
    says: /grad_q is \[64, 3\], not \[3, 64\]/,
  },
  ["with a dataset that nothing is compared with"]: {
    spoil: ({ notes, datasets }) => {
      datasets.more = datasets.loss!;
      notes.datasets.more = notes.datasets.loss;
    },
    says: /^more was never compared$/,
  },
  ["with a tolerance for nothing"]: {
    spoil: ({ notes }) => notes.tolerances.more = { atol: 1 },
    says: /^more was never compared$/,
  },
  ["without a number for a tolerance"]: {
    spoil: ({ notes }) => notes.tolerances.loss = { atol: null },
    says: /^loss its tolerance is atol NaN/,
  },
  ["without a scalar"]: {
    spoil: ({ notes }) => delete notes.scalars.margin,
    says: /its scalar margin is undefined/,
  },
  ["without a file"]: {
    spoil: ({ notes }) => notes.files = ["lost.pth"],
    says: /^lost\.pth there is no such file$/,
  },
};

async function compare(
  folder: string,
  options: Parameters<typeof runParity>[1] = { engines: ["wasm"] },
): Promise<ParityResult> {
  return await drain(runParity(folder, options));
}

/** What a row says of its first failing quantity, or of itself. */
function describeRow(
  { reason, quantities }: ParityResult["rows"][number],
): string {
  const failing = quantities.find(({ verdict }) => verdict === "fail");
  if (reason !== undefined) return reason;
  return `${failing?.name} ${failing?.reason ?? `[${failing?.index}]`}`;
}

Deno.test("runParity() fails every case that is spoiled, and says where", () =>
  inFolder(async (folder) => {
    for (const [name, { spoil }] of Object.entries(SPOILED)) {
      await writeCase(folder, `c_triplet/${name}`, spoil);
    }
    const { rows, counts } = await compare(folder);
    assert.equal(counts.fail, Object.keys(SPOILED).length);
    for (const row of rows) {
      const { says } = SPOILED[row.case.slice("c_triplet/".length)]!;
      assert.equal(row.verdict, "fail", row.case);
      assert.match(describeRow(row), says, row.case);
    }
  }));

Deno.test("runParity() tells the kind of a case by what it holds where its name does not", () =>
  inFolder(async (folder) => {
    await writeCase(folder, "elsewhere/anything", () => {});
    await writeCase(folder, "elsewhere/strange", ({ notes, datasets }) => {
      notes.datasets = { loss: notes.datasets.loss };
      notes.tolerances = {};
      for (const name of Object.keys(datasets)) {
        if (name !== "loss") delete datasets[name];
      }
    });
    const { rows } = await compare(folder);
    assert.deepEqual(
      rows.map((row) => [row.case, row.engine, row.verdict, row.reason]),
      [
        [
          "elsewhere/strange",
          null,
          "skipped",
          "no kind of case that is known here",
        ],
        ["elsewhere/anything", "wasm", "pass", undefined],
      ],
    );
  }));

Deno.test("runParity() makes a row of what cannot be read", () =>
  inFolder(async (folder) => {
    await writeCase(folder, "c_triplet/cut_notes", () => {});
    await writeCase(folder, "c_triplet/cut_numbers", () => {});
    await writeCase(folder, "c_triplet/no_notes", () => {});
    await writeCase(folder, "c_triplet/no_numbers", () => {});
    const path = (file: string): string => join(folder, "c_triplet", file);
    await Deno.truncate(path("cut_notes.json"), 500);
    await Deno.truncate(path("cut_numbers.h5"), 5000);
    await Deno.remove(path("no_notes.json"));
    await Deno.remove(path("no_numbers.h5"));
    const { rows } = await compare(folder);
    const said = Object.fromEntries(
      rows.map((row) => [row.case, `${row.verdict}: ${describeRow(row)}`]),
    );
    assert.match(said["c_triplet/cut_notes"]!, /^fail: .*it is not JSON/);
    assert.match(said["c_triplet/cut_numbers"]!, /^fail: Cannot read an HDF5/);
    assert.match(said["c_triplet/no_notes"]!, /^fail: .*No such file/);
    assert.match(said["c_triplet/no_numbers"]!, /^fail: .*No such file/);
  }));

Deno.test("runParity() yields each row, those of cases without an engine first", async () => {
  const rows: string[] = [];
  const result = await drain(
    runParity(GOLDEN, { engines: ["wasm"], cases: "h_" }),
    (event) => {
      if (event.kind === "row") rows.push((event as ParityRowEvent).row.case);
    },
  );
  assert.deepEqual(rows, result.rows.map((row) => row.case));
  assert.deepEqual(rows, [
    "h_mining/nneg3",
    "h_recall/db12_q9_small",
    "h_recall/db200_q60",
    "h_recall/ties",
  ]);
  assert.deepEqual(result.engines.map(({ name }) => name), ["wasm"]);
  assert.deepEqual(result.counts, { pass: 4, fail: 0, skipped: 0 });
  const some = await drain(runParity(GOLDEN, { cases: "h*ng/n*3" }));
  assert.deepEqual(some.rows.map((row) => row.case), ["h_mining/nneg3"]);
  assert.deepEqual(some.engines, []);
});

Deno.test("runParity() refuses folders without cases, and names that none has", () =>
  inFolder(async (folder) => {
    await assert.rejects(compare(join(folder, "nowhere")), {
      name: "DatasetError",
      message: /^Cannot list golden cases/,
      where: /nowhere \(No such file/,
    });
    await assert.rejects(compare(folder), {
      name: "DatasetError",
      where: folder,
      fix: /NAME\.json beside NAME\.h5/,
    });
    await assert.rejects(compare(GOLDEN, { cases: "c_quadruplet" }), {
      name: "DatasetError",
      where: /none of its \d+ cases matches c_quadruplet/,
      fix: /part of a name such as a_netvlad/,
    });
    await assert.rejects(
      compare(GOLDEN, { engines: ["cuda" as "wasm"] }),
      { name: "OptionsError", where: /^engines is/ },
    );
  }));
