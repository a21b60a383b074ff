import { join } from "node:path";
import { AVG, NETVLAD, refuse } from "./refuse.ts";
import { withCity, writeText } from "./spoil.ts";

/** Commands that write, and what they say when the disk is full. */
function writers(city: string, folder: string): Parameters<typeof refuse> {
  const fix = /^free .*disk space/;
  const data = ["--data-path", city];
  const extract = ["extract", "--images", join(city, "test"), ...AVG];
  const to = (name: string): string => join(folder, name);
  const where = /\((No space left on device|File too large)/;
  const rows = /^CheckpointError: Cannot write (rows to )?a file$/;
  const file = /^CheckpointError: Cannot write a file$/;
  const runs = ["--runs-path", to("runs")];
  const disk = { where, fix };
  return [
    { args: [...extract, "--output", to("o1/a.npy")], what: rows, ...disk },
    { args: [...extract, "--output", to("o2/a.h5")], what: rows, ...disk },
    {
      args: ["test", ...data, ...AVG, "--output", to("out")],
      what: /^CheckpointError: Cannot keep descriptors on disk$/,
      ...disk,
    },
    {
      args: ["cluster", ...data, ...NETVLAD, "--centroids-path", to("c")],
      what: file,
      ...disk,
    },
    {
      args: ["train", ...data, ...AVG, "--epochs", "1", ...runs],
      what: /^CheckpointError: Cannot (write a file|keep descriptors on disk)$/,
      ...disk,
    },
  ];
}

Deno.test({
  name: "tasks leave nothing where a file cannot grow" +
    (Deno.build.os === "windows" ? " (skipped: no ulimit)" : ""),
  ignore: Deno.build.os === "windows",
  fn: () =>
    withCity(async (city) => {
      const before = `trap "" XFSZ; ulimit -f 2; exec`;
      const env = { DENO_NO_UPDATE_CHECK: "1" };
      await refuse(
        ...writers(city, ".").map((refusal) => ({
          ...refusal,
          surroundings: { before, env },
        })),
      );
    }),
});

const canMount = await isMountable();

/** Whether this system lets us make a small disk. */
async function isMountable(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = await Deno.makeTempDir();
  const isMounted = await mount(folder);
  if (isMounted) await unmount(folder);
  await Deno.remove(folder);
  return isMounted;
}

async function mount(folder: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", "size=4k", "none", folder];
  const { success } = await new Deno.Command("mount", { args }).output();
  return success;
}

async function unmount(folder: string): Promise<void> {
  await new Deno.Command("umount", { args: [folder] }).output();
}

Deno.test({
  name: "tasks leave nothing on a full disk" +
    (canMount ? "" : " (skipped: no right to mount one)"),
  ignore: !canMount,
  fn: () =>
    withCity(async (city) => {
      const disk = await Deno.makeTempDir();
      try {
        for (const refusal of writers(city, disk)) {
          await mount(disk);
          await refuse({ ...refusal, output: disk });
          await unmount(disk);
        }
      } finally {
        await unmount(disk);
        await Deno.remove(disk);
      }
    }),
});

Deno.test("tasks refuse outputs that cannot be written", () =>
  withCity(async (city, folder) => {
    const file = await writeText(folder, "file", "");
    await Deno.mkdir(join(folder, "folder.h5"));
    const data = ["--data-path", city];
    const extract = ["extract", "--images", join(city, "test"), ...AVG];
    const fix = /choose a folder that can be written|to a folder that can/;
    await refuse(
      {
        args: [...extract, "--output", join(file, "a.npy")],
        what: /^CheckpointError: Cannot write a file$/,
        where: /file\/a\.npy/,
        fix,
      },
      {
        args: [...extract, "--output", join(folder, "folder.h5")],
        what: /^CheckpointError: Cannot write a file$/,
        where: /folder\.h5 \(it is a folder\)$/,
        fix,
      },
      {
        args: ["test", ...data, ...AVG, "--output", file],
        what: /^CheckpointError: Cannot make a folder for descriptors$/,
        where: /file \(/,
        fix,
      },
      {
        args: ["train", ...data, ...AVG, "--runs-path", file],
        what: /^CheckpointError: Cannot make a run folder$/,
        where: /file\//,
        fix: /^set --runs-path /,
      },
      {
        args: ["train", ...data, ...AVG, "--cache-path", file],
        what: /^CheckpointError: Cannot make a folder for descriptors$/,
        where: /file \(/,
        fix,
      },
      {
        args: ["cluster", ...data, ...NETVLAD, "--centroids-path", file],
        what: /^CheckpointError: Cannot write a file$/,
        where: /file\//,
        fix,
      },
    );
  }));
