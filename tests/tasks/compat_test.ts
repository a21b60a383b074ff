import assert from "node:assert/strict";
import { join } from "node:path";
import { readNpy } from "../../lib/npy.ts";
import { readRunFlags } from "../../lib/train/run_folder.ts";
import { inFolder } from "../in_folder.ts";
import { tinyCity } from "../tiny_city.ts";
import { runCommand, runForJson } from "./run_command.ts";

/** A narrow model on the tiny city, and a short training. */
async function listFlags(folder: string): Promise<string[]> {
  return [
    ...["--data-path", await tinyCity(), "--engine", "wasm"],
    ...["--arch", "alexnet", "--width-divisor", "8", "--num-clusters", "4"],
    ...["--centroids-path", join(folder, "centroids")],
    ...["--runs-path", join(folder, "runs"), "--lr", "0.01", "--epochs", "1"],
  ];
}

type Flags = Record<string, Record<string, unknown>>;

Deno.test("train --compat pytorch-netvlad takes its choices, but for the flags given", () =>
  inFolder(async (folder) => {
    const { json, err } = await runForJson(
      "train",
      ...[...await listFlags(folder), "--compat", "pytorch-netvlad"],
      ...["--vlad-v2", "--cluster-starts", "2", "--patience-in", "epochs"],
    );
    assert.match(
      err,
      /^--cluster-starts 2 as given; pytorch-netvlad has 1$/m,
    );
    assert.doesNotMatch(err, /--patience-in/);
    assert.deepEqual(
      json.history.map(({ epoch }: { epoch: number }) => epoch),
      [1],
    );
    const { compat, model, cluster, train } = await readRunFlags(
      json.run,
    ) as Flags;
    assert.equal(compat, "pytorch-netvlad");
    assert.equal(model!.vladInit, "pytorch-netvlad");
    assert.equal(model!.vladV2, true);
    assert.equal(cluster!.v2Descriptors, "raw");
    assert.equal(cluster!.clusterPointsPerCentroid, 256);
    assert.equal(cluster!.clusterStarts, 2);
    assert.equal(train!.negativesWithReplacement, true);
    assert.equal(train!.epochZero, "none");
    assert.equal(train!.patienceIn, "epochs");
  }));

Deno.test("a run with --compat relja keeps its choices, its descriptors too", () =>
  inFolder(async (folder) => {
    const flags = await listFlags(folder);
    const { json: { run } } = await runForJson(
      "train",
      ...[...flags, "--compat", "relja"],
    );
    const before = await readRunFlags(run) as Flags;
    assert.equal(before.compat, "relja");
    assert.equal(before.model!.vladOrder, "channel-major");
    assert.deepEqual(before.dataset!.potentialPositiveRing, [1, 10]);

    const again = ["--resume", run, "--epochs", "2"];
    const other = await runCommand(
      "train",
      ...[...again, "--compat", "pytorch-netvlad"],
    );
    assert.equal(other.code, 1);
    assert.match(
      other.err,
      /^OptionsError: Cannot change whose choices a run follows\n {2}where: --compat is pytorch-netvlad, the run has relja\n/,
    );
    await runForJson("train", ...again);
    assert.deepEqual(await readRunFlags(run), {
      ...before,
      train: { ...before.train, epochs: 2 },
    });

    const data = flags.slice(0, 4);
    const { json } = await runForJson(
      "test",
      ...[...data, "--resume", run, "--split", "val"],
    );
    assert.deepEqual(
      Object.keys(json.recall).slice(0, 7),
      ["1", "2", "3", "4", "5", "10", "15"],
    );

    const describe = async (name: string, ...model: string[]) => {
      const output = join(folder, name);
      const { err } = await runForJson(
        "extract",
        ...["--images", join(data[1]!, "test"), "--output", output],
        ...[...model, "--engine", "wasm"],
      );
      return { rows: readNpy(output), err };
    };
    const resumed = await describe("resumed.npy", "--resume", run);
    const weights = join(run, "checkpoints", "checkpoint.safetensors");
    const loaded = await describe(
      "loaded.npy",
      ...[...flags.slice(4, 10), "--weights", weights],
    );
    assert.deepEqual(loaded.rows, resumed.rows);
    assert.match(
      loaded.err,
      /^vladOrder: channel-major, as the weights were trained with$/m,
    );
  }));
