import assert from "node:assert/strict";
import {
  encodeEvent,
  fileVersion,
  imageSummary,
  scalarSummary,
  sessionStart,
  textSummary,
} from "../../lib/train/event_messages.ts";
import { readEvent, splitRecords } from "./read_events.ts";

const GOLDEN = new URL("../fixtures/events/events.tfevents", import.meta.url);

/** The events that make_events.py writes. */
const EVENTS = [
  encodeEvent(1700000000.25, 0, fileVersion()),
  encodeEvent(1700000001.5, 0, textSummary("Run/Options", "| a |\n| ä |")),
  encodeEvent(1700000002.75, 7, sessionStart()),
  encodeEvent(1700000003, 300, scalarSummary("Train/Loss", 0.1)),
  encodeEvent(1700000004, 2 ** 40, scalarSummary("Train/nNeg", 0)),
  encodeEvent(
    1700000005,
    2,
    imageSummary("Val/Retrievals/1", {
      width: 300,
      height: 128,
      bytes: Uint8Array.from({ length: 200 }, (_, i) => i),
    }),
  ),
];

Deno.test("encodeEvent() gives bytes that were worked out by hand", () => {
  const expected = [
    ...[0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], // 1: fixed64, 1.0
    ...[0x10, 0xac, 0x02], // 2: varint, 300 = 2·128 + 44
    ...[0x2a, 10], // 5: summary of 10 bytes
    ...[0x0a, 8], // 1: value of 8 bytes
    ...[0x0a, 1, 0x61], // 1: tag "a"
    ...[0x15, 0, 0, 0, 0x3f], // 2: fixed32, 0.5
  ];
  const event = encodeEvent(1, 300, scalarSummary("a", 0.5));
  assert.deepEqual([...event], expected);
});

Deno.test("encodeEvent() gives the bytes of TensorBoard's own messages", () => {
  assert.deepEqual(EVENTS, splitRecords(Deno.readFileSync(GOLDEN)));
});

Deno.test("encodeEvent() is decoded to what it was given", () => {
  const [version, text, start, scalar, zero, image] = EVENTS.map(readEvent);
  assert.deepEqual(version, {
    seconds: 1700000000.25,
    step: 0,
    version: "brain.Event:2",
  });
  assert.equal(text!.tag, "Run/Options");
  assert.equal(text!.text, "| a |\n| ä |");
  assert.equal(text!.plugin, "text");
  assert.deepEqual(start, { seconds: 1700000002.75, step: 7, session: 1 });
  assert.deepEqual(scalar, {
    seconds: 1700000003,
    step: 300,
    tag: "Train/Loss",
    scalar: Math.fround(0.1),
  });
  assert.equal(zero!.step, 2 ** 40);
  assert.equal(zero!.scalar, 0);
  const { bytes, ...size } = image!.image!;
  assert.deepEqual(size, { width: 300, height: 128, colorspace: 3 });
  assert.equal(bytes.length, 200);
});

Deno.test("encodeEvent() keeps steps of any length", () => {
  for (const step of [0, 1, 127, 128, 16383, 16384, 2 ** 32, 2 ** 53 - 1]) {
    assert.equal(readEvent(encodeEvent(0.5, step, sessionStart())).step, step);
  }
});
