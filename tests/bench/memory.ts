/**
 * Measures whether the peak memory of `test` and `extract` grows with the number of images:
 *
 *     deno run -A tests/bench/memory.ts [--images 200,2000]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { createRandom } from "../../lib/random.ts";

const [WIDTH, HEIGHT] = [160, 120];
/** Images that differ; the others are links to them. */
const NUM_DIFFERENT = 16;
const MODEL = "--arch squeezenet1_1 --num-clusters 8 --engine wasm --json";
/** The same work for any number of images. */
const CLUSTER = "--cluster-images 64 --cluster-iterations 10";
/** Says how large its child was, if it is installed. */
const GNU_TIME = "/usr/bin/time";

/** Peak memory of a task in bytes: as it says itself, and as the system counted it. */
interface Peak {
  reported: number;
  counted: number | null;
}

const { values } = parseArgs({
  options: { images: { type: "string", default: "200,2000" } },
});
const counts = values.images.split(",").map(Number);
const root = await Deno.makeTempDir({ prefix: "memory-" });
try {
  const peaks = new Map<string, Peak[]>();
  for (const count of counts) {
    for (const [task, args] of Object.entries(await makeTasks(root, count))) {
      const peak = await measure(task, args);
      peaks.set(task, [...peaks.get(task) ?? [], peak]);
      console.log(
        `${task}, ${count} images: ${toMegabytes(peak.reported)} MB, ` +
          `counted by the system ${toMegabytes(peak.counted)} MB`,
      );
    }
  }
  for (const [task, all] of peaks) {
    const ratio = all.at(-1)!.reported / all[0]!.reported;
    console.log(
      `${task}: ${counts.at(-1)} images take ${ratio.toFixed(2)} times ` +
        `the memory of ${counts[0]}`,
    );
  }
} finally {
  await Deno.remove(root, { recursive: true });
}

/** Makes the images, and the arguments of each task on them. */
async function makeTasks(
  root: string,
  count: number,
): Promise<Record<string, string[]>> {
  const folder = join(root, String(count));
  await makeImages(folder, count);
  const centroids = join(folder, "centroids");
  const file = join(centroids, `squeezenet1_1_${count}_8_desc_cen.hdf5`);
  return {
    test: [
      ...`${MODEL} ${CLUSTER} --dataset csv --leave-one-out`.split(" "),
      ...["--positions", join(folder, "positions.csv")],
      ...["--output", join(folder, "out"), "--centroids-path", centroids],
    ],
    extract: [
      ...MODEL.split(" "),
      ...["--images", folder, "--output", join(folder, "out", "all.h5")],
      ...["--centroids", file],
    ],
  };
}

async function makeImages(folder: string, count: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const random = createRandom(1);
  const names = Array.from({ length: count }, (_, i) => `${i}.jpg`);
  for (const [i, name] of names.entries()) {
    const path = join(folder, name);
    if (i < NUM_DIFFERENT) {
      const pixels = Uint8Array.from(
        { length: WIDTH * HEIGHT * 3 },
        () => random.nextInteger(256),
      );
      const image = { width: WIDTH, height: HEIGHT, pixels };
      await Deno.writeFile(path, await encodeJpeg(image, 80));
    } else {
      await Deno.link(join(folder, names[i % NUM_DIFFERENT]!), path);
    }
  }
  const rows = names.map((name, i) => `${name},${10 * i},0`);
  await Deno.writeTextFile(
    join(folder, "positions.csv"),
    ["image,easting,northing", ...rows].join("\n"),
  );
}

async function measure(task: string, args: string[]): Promise<Peak> {
  const script = new URL(`../../tasks/${task}.ts`, import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "-A", "--no-check", script, ...args];
  const hasTime = (await Deno.stat(GNU_TIME).catch(() => null)) !== null;
  const [program, ...rest] = hasTime ? [GNU_TIME, "-v", ...deno] : deno;
  const { success, stdout, stderr } = await new Deno.Command(program!, {
    args: rest,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stderr);
  if (!success) throw new Error(`${task} failed:\n${text}`);
  const counted = text.match(/Maximum resident set size \(kbytes\): (\d+)/);
  return {
    reported: JSON.parse(decoder.decode(stdout)).peakMemoryBytes,
    counted: counted && Number(counted[1]) * 1024,
  };
}

function toMegabytes(bytes: number | null): string {
  return bytes === null ? "?" : (bytes / 1e6).toFixed(0);
}
