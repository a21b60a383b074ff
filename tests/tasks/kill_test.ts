/** Tasks that end by SIGKILL at any moment: every file is whole, and whoever goes on loses nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openHdf5 } from "../../lib/hdf5.ts";
import { createRandom } from "../../lib/random.ts";
import { readCentroids } from "../../lib/train/centroid_file.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import {
  checkFiles,
  type Course,
  drawMoment,
  runUntil,
  runWhole,
} from "./killed_task.ts";

/** Kills of the stage *train*. */
const NUM_KILLS = 20;
/** Kills of each other stage. */
const NUM_OTHER_KILLS = 3;

const SMALL = [
  ...["--arch", "alexnet", "--width-divisor", "32", "--num-clusters", "4"],
  ...["--engine", "wasm", "--engine-threads", "1", "--threads", "1"],
];

async function listTrainArgs(folder: string): Promise<string[]> {
  return [
    ...["train", "--data-path", await tinyCity(), ...SMALL],
    ...["--epochs", "3", "--lr", "0.02", "--cache-refresh-rate", "6"],
    ...["--cluster-images", "6", "--runs-path", join(folder, "runs")],
    ...["--centroids-path", join(folder, "centroids")],
  ];
}

/** The run folder in a folder: the first that has options. */
async function findRun(folder: string): Promise<string | undefined> {
  const runs = join(folder, "runs");
  const isRun = (run: string): Promise<boolean> =>
    Deno.stat(join(run, "flags.json")).then(() => true, () => false);
  const names = await listNames(runs).catch(() => []);
  for (const name of names) {
    if (await isRun(join(runs, name))) return join(runs, name);
  }
  return undefined;
}

async function listNames(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

/** Bytes of the checkpoints of a run. */
async function readCheckpoints(run: string): Promise<Uint8Array[]> {
  const folder = join(run, "checkpoints");
  const names = await listNames(folder);
  assert.deepEqual(names, ["checkpoint.safetensors", "model_best.safetensors"]);
  return await Promise.all(
    names.map((name) => Deno.readFile(join(folder, name))),
  );
}

Deno.test(`train that is killed ${NUM_KILLS} times ends with the checkpoints of a run that is not`, () =>
  inFolder(async (whole) => {
    const course = await runWhole(await listTrainArgs(whole), whole);
    const expected = await readCheckpoints((await findRun(whole))!);
    const random = createRandom(11);
    let numKills = 0;
    while (numKills < NUM_KILLS) {
      await inFolder(async (folder) => {
        const first = await listTrainArgs(folder);
        for (;;) {
          const run = await findRun(folder);
          const args = run ? ["train", "--resume", run] : first;
          const moment = numKills === NUM_KILLS
            ? undefined
            : drawMoment(random, numKills, course);
          const { isKilled, code, err } = await runUntil(args, folder, moment);
          await checkFiles(folder);
          if (!isKilled) {
            assert.equal(code, 0, err);
            break;
          }
          numKills++;
        }
        const run = (await findRun(folder))!;
        assert.deepEqual(await readCheckpoints(run), expected);
        const names = await listNames(run);
        assert.deepEqual(
          names.filter((name) => !name.includes("tfevents")),
          ["checkpoints", "flags.json", "report.html"],
        );
      });
    }
  }));

/** Kills a task again and again, then lets it end. */
async function killAndRepeat(
  args: readonly string[],
  folder: string,
  course: Course,
): Promise<void> {
  const random = createRandom(12);
  for (let turn = 0; turn < NUM_OTHER_KILLS; turn++) {
    await runUntil(args, folder, drawMoment(random, turn, course));
    await checkFiles(folder);
  }
  await runWhole(args, folder);
  await checkFiles(folder);
}

Deno.test("cluster that is killed leaves a whole centroid file or none, and finds the same centroids", () =>
  inFolder(async (whole) => {
    const args = async (folder: string): Promise<string[]> => [
      ...["cluster", "--data-path", await tinyCity(), ...SMALL],
      ...["--centroids-path", folder],
    ];
    const course = await runWhole(await args(whole), whole);
    const [name] = await listNames(whole);
    await inFolder(async (folder) => {
      await killAndRepeat(await args(folder), folder, course);
      // Not to the byte: HDF5 writes down when a dataset was made.
      const { path: _, ...found } = await readCentroids(join(folder, name!));
      const { path, ...expected } = await readCentroids(join(whole, name!));
      assert.deepEqual(found, expected, path);
    });
  }));

Deno.test("extract that is killed leaves a whole file or none, and writes the same descriptors", () =>
  inFolder(async (whole) => {
    const args = async (folder: string): Promise<string[]> => [
      ...["extract", "--images", join(await tinyCity(), "train"), ...SMALL],
      ...["--pooling", "max", "--output", join(folder, "rows.h5")],
    ];
    const course = await runWhole(await args(whole), whole);
    await inFolder(async (folder) => {
      await killAndRepeat(await args(folder), folder, course);
      const rows = await Promise.all([whole, folder].map(async (each) => {
        using file = await openHdf5(join(each, "rows.h5"));
        return file.readDataset("descriptors");
      }));
      assert.deepEqual(rows[0], rows[1]);
    });
  }));

Deno.test("test that is killed leaves whole files or none in its run, and gives the same predictions", () =>
  inFolder(async (folder) => {
    await runWhole(await listTrainArgs(folder), folder);
    const run = (await findRun(folder))!;
    const args = [
      ...["test", "--resume", run, "--data-path", await tinyCity()],
      ...["--engine", "wasm", "--engine-threads", "1", "--split", "val"],
    ];
    const output = join(run, "test_pittsburgh_val");
    const read = (): Promise<string> =>
      Deno.readTextFile(join(output, "predictions.csv"));
    const course = await runWhole(args, folder);
    const expected = await read();
    await Deno.remove(output, { recursive: true });
    await killAndRepeat(args, folder, course);
    assert.equal(await read(), expected);
    assert.deepEqual(await listNames(output), [
      "flags.json",
      "predictions.csv",
      "predictions.json",
      "recalls.json",
      "report.html",
    ]);
  }));
