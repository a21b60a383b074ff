/**
 * A newcomer's folder: the project as it is cloned, and what the pages' commands name.
 *
 * @module
 */
import { join } from "node:path";
import {
  type DemoCityOptions,
  resolveDemoCityOptions,
} from "../../lib/data/demo/options.ts";
import { createDemoCity } from "../../lib/data/demo/demo_city.ts";
import { identifyCity } from "../../lib/data/demo/city_folder.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import { randomWeights } from "../../lib/model/parameters.ts";
import { writeTorchStateDict } from "../../lib/model/weights/pth_write.ts";
import { drain } from "../../lib/progress.ts";
import { createRandom } from "../../lib/random.ts";
import { readTinyCity, TINY_PLACES, tinyCity } from "../tiny_city.ts";
import { tinyClasses } from "../tiny_classes.ts";
import { ROOT } from "./pages.ts";

/** What a clone has that the commands need. */
const CLONED = ["deno.json", "deno.lock", "lib", "mod.ts", "tasks"];

/** Frames of a run along a way: more than the pages name. */
const NUM_FRAMES = 80;

/** A city in the demo's style that is drawn in two seconds. */
const SMALL_CITY: Partial<DemoCityOptions> = {
  width: 96,
  height: 72,
  trainPlaces: 4,
  valPlaces: 3,
  testPlaces: 4,
};

/** Weights of others as `deno task weights` and hloc name them. */
const TORCHVISION_WEIGHTS = "vgg16-397923af.pth";
const RELJA_WEIGHTS = "vd16_pitts30k_conv5_3_vlad_preL2_intra_white.mat";

/** How much narrower than the pages' networks those of this folder are: at full width every command takes 5 s more. */
export const WIDTH_DIVISOR = 8;

/** Fills a folder with everything that the pages take for granted. */
export async function makeWorld(world: string): Promise<void> {
  for (const name of CLONED) await copy(join(ROOT, name), join(world, name));
  await install(world);
  const data = join(world, "DATA");
  await copy(await tinyCity(), data);
  await Promise.all([
    layOutUtm(data),
    layOutCsv(data),
    layOutFrames(data),
    makeDemoCity(join(world, "demo", "city")),
    copy(join(data, "queries_real", "test"), join(world, "PHOTOS")),
    copy(await tinyClasses(), join(world, "CLASSES")),
    layOutWeights(join(world, "weights")),
  ]);
  await layOutPermitted(world);
}

async function layOutWeights(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  await writeEncoder(join(folder, TORCHVISION_WEIGHTS));
  const golden = join(ROOT, "tests/golden/l_layouts");
  await copy(
    join(golden, "matconvnet_netvlad_white.mat"),
    join(folder, RELJA_WEIGHTS),
  );
}

/** The same where the permission sets look for it. */
async function layOutPermitted(world: string): Promise<void> {
  await Deno.mkdir(join(world, "data"));
  for (
    const [from, to] of [
      ["DATA", "data/pittsburgh"],
      ["PHOTOS", "data/photos"],
    ] as const
  ) await copy(join(world, from), join(world, to));
}

/** Copies a file or a folder, without the packages in it. */
async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    if (name !== "node_modules") await copy(join(from, name), join(to, name));
  }
}

/** Installs the packages, as the first command does by itself, before times are taken. */
async function install(world: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen", "--quiet"],
    cwd: world,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function layOutUtm(data: string): Promise<void> {
  for (
    const split of Object.keys(TINY_PLACES) as (keyof typeof TINY_PLACES)[]
  ) {
    const dataset = await readTinyCity(split);
    for (const role of ["database", "queries"] as const) {
      const { paths, eastMeters, northMeters } = dataset[role];
      const folder = join(data, split, role);
      await Deno.mkdir(folder, { recursive: true });
      for (const [i, path] of paths.entries()) {
        const place = `@${eastMeters[i]}@${northMeters[i]}@${i}.jpg`;
        await Deno.copyFile(path, join(folder, place));
      }
    }
  }
}

async function layOutCsv(data: string): Promise<void> {
  const dataset = await readTinyCity("test");
  const rows = (["database", "queries"] as const).flatMap((side) => {
    const { paths, eastMeters, northMeters } = dataset[side];
    const role = side === "queries" ? "query" : side;
    return paths.map((path, i) =>
      [path, eastMeters[i], northMeters[i], role].join(",")
    );
  });
  const text = ["image,easting,northing,role", ...rows].join("\n");
  await Deno.writeTextFile(join(data, "positions.csv"), text);
}

async function layOutFrames(data: string): Promise<void> {
  const { database } = await readTinyCity("train");
  for (const run of ["day", "night"]) {
    await Deno.mkdir(join(data, run));
    for (let i = 0; i < NUM_FRAMES; i++) {
      const name = `Image${String(i).padStart(3, "0")}.jpg`;
      const path = database.paths[i % database.paths.length]!;
      await Deno.copyFile(path, join(data, run, name));
    }
  }
}

/** A small city that passes for the demo's, which takes most of a minute to draw. */
async function makeDemoCity(root: string): Promise<void> {
  await drain(createDemoCity(root, SMALL_CITY));
  const identity = identifyCity(resolveDemoCityOptions());
  const mark = JSON.stringify(identity, null, 2) + "\n";
  await Deno.writeTextFile(join(root, "demo-city.json"), mark);
}

/** Random weights under the names of torchvision's file. */
function writeEncoder(path: string): Promise<void> {
  const { layers } = describeNetwork("vgg16", { widthDivisor: WIDTH_DIVISOR });
  return writeTorchStateDict(path, randomWeights(layers, createRandom(1)));
}
