import assert from "node:assert/strict";
import { join } from "node:path";
import { countFlops, countNetVladFlops } from "../../lib/doctor/flops.ts";
import {
  checkDeno,
  checkMachine,
  checkMemory,
} from "../../lib/doctor/machine.ts";
import { describeNetwork } from "../../lib/model/architectures.ts";
import type { ArchName } from "../../lib/model/network.ts";
import { inFolder } from "../in_folder.ts";
import { listTroubles, runCheck } from "./make_places.ts";

Deno.test("checkMachine() finds this machine fine, and leaves nothing where runs go", () =>
  inFolder(async (folder) => {
    const { findings, result } = await runCheck(
      checkMachine(join(folder, "a/runs")),
    );
    assert.deepEqual(listTroubles(findings), []);
    assert.equal(result.deno, Deno.version.deno);
    assert.ok(result.memory!.freeBytes <= result.memory!.totalBytes);
    assert.ok(result.diskFreeBytes! > 0);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("checkMachine() fails where runs cannot be written", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    const { findings } = await runCheck(
      checkMachine(join(folder, "file/runs")),
    );
    assert.deepEqual(listTroubles(findings), ["fails disk"]);
  }));

Deno.test("checkDeno() wants 2.9 or later", () => {
  const grades = ["1.46.3", "2.8.9", "2.9.0", "2.10.1", "3.0.0"]
    .map((version) => checkDeno(version).finding.grade);
  assert.deepEqual(grades, ["fails", "fails", "fine", "fine", "fine"]);
});

Deno.test("checkMemory() warns of little memory, and not where it is unknown", () => {
  const grade = (freeBytes: number): string =>
    checkMemory({ freeBytes, totalBytes: 8e9 }).finding.grade;
  assert.deepEqual([grade(2e8), grade(2e9)], ["warns", "fine"]);
  assert.equal(checkMemory(null).finding.grade, "fine");
});

Deno.test("countFlops() gives what is published of VGG-16, AlexNet and ResNets at 224x224", () => {
  const input = { height: 224, width: 224, channels: 3 };
  const giga = (name: ArchName): number =>
    countFlops(describeNetwork(name).layers, input) / 2e9;
  assert.equal(giga("vgg16").toFixed(2), "15.35"); // convolutions of 15.47 GMAC
  assert.equal(giga("alexnet").toFixed(2), "0.66"); // of 0.71 GMAC
  assert.equal(giga("vgg16_bn"), giga("vgg16"));
  assert.equal(giga("resnet18").toFixed(2), "1.81"); // of 1.81 GMAC
  assert.equal(giga("resnet50").toFixed(2), "4.09"); // of 4.09 GMAC
});

Deno.test("countFlops() counts both branches of a fire block", () => {
  const conv = (channels: number, size: number) => ({
    kind: "conv" as const,
    name: "",
    weights: "",
    channels,
    size,
    stride: 1,
    padding: (size - 1) / 2,
  });
  const branches = [[conv(2, 1)], [conv(5, 3)]];
  const size = { height: 4, width: 6, channels: 3 };
  assert.equal(
    countFlops([{ kind: "concat", branches }], size),
    2 * 24 * 3 * (2 * 1 + 5 * 9),
  );
  assert.equal(countNetVladFlops(size, 8), 2 * 2 * 24 * 3 * 8);
});
