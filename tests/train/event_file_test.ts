import assert from "node:assert/strict";
import { basename, join } from "node:path";
import {
  crc32c,
  createEventFile,
  frameRecord,
  maskCrc,
} from "../../lib/train/event_file.ts";
import { inFolder } from "../in_folder.ts";
import { listEventFiles, splitRecords } from "./read_events.ts";

const ASCENDING = Uint8Array.from({ length: 32 }, (_, i) => i);

Deno.test("crc32c() gives the published values", () => {
  const cases: [Uint8Array, string][] = [ // RFC 3720, appendix B.4
    [new Uint8Array(32), "8a9136aa"],
    [new Uint8Array(32).fill(0xff), "62a8ab43"],
    [ASCENDING, "46dd794e"],
    [ASCENDING.toReversed(), "113fdb5c"],
    [new TextEncoder().encode("123456789"), "e3069283"], // the usual check value
    [new Uint8Array(), "00000000"],
  ];
  for (const [bytes, expected] of cases) {
    assert.equal(crc32c(bytes).toString(16).padStart(8, "0"), expected);
  }
});

Deno.test("maskCrc() turns by 15 bits and adds a constant, in 32 bits", () => {
  assert.equal(maskCrc(0), 0xa282ead8);
  assert.equal(maskCrc(1 << 15), 0xa282ead9);
  assert.equal(maskCrc(1), 0xa284ead8); // bit 17
  assert.equal(maskCrc(0xffffffff), 0xa282ead7);
});

Deno.test("frameRecord() puts length, data and both checksums in a row", () => {
  const data = new TextEncoder().encode("123456789");
  const record = frameRecord(data);
  assert.equal(record.length, 8 + 4 + 9 + 4);
  assert.deepEqual([...record.subarray(0, 8)], [9, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(record.subarray(12, 21), data);
  // e3069283 turned by 15 bits is 2507c60d, and c78ab0e5 with the constant.
  assert.deepEqual([...record.subarray(21)], [0xe5, 0xb0, 0x8a, 0xc7]);
  // Every file of TensorFlow begins so: its first event has 24 bytes.
  assert.deepEqual(
    [...frameRecord(new Uint8Array(24)).subarray(0, 12)],
    [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22],
  );
  assert.deepEqual(splitRecords(frameRecord(new Uint8Array())), [
    new Uint8Array(),
  ]);
});

Deno.test("createEventFile() writes records that are there at once", () =>
  inFolder(async (folder) => {
    const run = join(folder, "runs", "first");
    using file = await createEventFile(run, 1700000000.9);
    assert.equal(basename(file.path), "events.out.tfevents.1700000000.first");
    const records = [ASCENDING, new Uint8Array(), new Uint8Array(1000).fill(7)];
    for (const [i, record] of records.entries()) {
      file.append(record);
      assert.deepEqual(
        splitRecords(await Deno.readFile(file.path)),
        records.slice(0, i + 1),
      );
    }
    file.sync();
  }));

Deno.test("createEventFile() never touches a file that is there, and is read after it", () =>
  inFolder(async (folder) => {
    for (const i of [0, 1, 2]) {
      using file = await createEventFile(folder, 1700000000);
      file.append(Uint8Array.of(i));
    }
    const files = listEventFiles(folder);
    assert.deepEqual(
      files.map((path) => splitRecords(Deno.readFileSync(path))),
      [0, 1, 2].map((i) => [Uint8Array.of(i)]),
    );
  }));

Deno.test("createEventFile() leaves whole records wherever it is cut off", () => {
  const whole = [ASCENDING, ASCENDING.toReversed()].map(frameRecord);
  const bytes = new Uint8Array([...whole[0]!, ...whole[1]!]);
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(
      splitRecords(bytes.slice(0, length)).length,
      length < whole[0]!.length ? 0 : 1,
    );
  }
  for (const at of [0, 9, 12, 47]) {
    const spoilt = bytes.slice();
    spoilt[at]! ^= 1;
    assert.throws(() => splitRecords(spoilt), /checksum/);
  }
});

Deno.test("createEventFile() says where it cannot write", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file");
    await Deno.writeTextFile(path, "");
    await assert.rejects(createEventFile(join(path, "run"), 1), {
      name: "CheckpointError",
      where: /tfevents\.1\.run \(/,
      fix: /choose a folder that can be written/,
    });
  }));
