import assert from "node:assert/strict";

/** An event as it is in a file: what it does not say is not there. */
export interface LoggedEvent {
  seconds: number;
  step: number;
  version?: string;
  /** Status of a session. */
  session?: number;
  tag?: string;
  scalar?: number;
  image?: { width: number; height: number; colorspace: number; bytes: Bytes };
  text?: string;
  plugin?: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The event files of a folder, in the order in which TensorBoard reads them. */
export function listEventFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)]
    .map(({ name }) => name)
    .filter((name) => name.includes("tfevents"))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** Reads an event file without any code of the library. */
export function readEvents(path: string): LoggedEvent[] {
  return splitRecords(Deno.readFileSync(path)).map(readEvent);
}

/** The data of every whole record; a record that is cut off ends them, and a wrong checksum is an error. */
export function splitRecords(bytes: Bytes): Bytes[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Bytes[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + 12 + length;
    assert.equal(
      view.getUint32(at + 8, true),
      maskedCrc(bytes.subarray(at, at + 8)),
      `checksum of the length of record ${records.length}`,
    );
    if (end + 4 > bytes.length) break;
    const data = bytes.slice(at + 12, end);
    assert.equal(
      view.getUint32(end, true),
      maskedCrc(data),
      `checksum of record ${records.length}`,
    );
    records.push(data);
    at = end + 4;
  }
  return records;
}

/** Bit by bit, as the polynomial says. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
    }
  }
  crc ^= 0xffffffffn;
  const turned = (crc >> 15n) | (crc << 17n & 0xffffffffn);
  return Number((turned + 0xa282ead8n) & 0xffffffffn);
}

/** Fields of a message by number; each may be there more than once. */
type Fields = Map<number, (number | Bytes)[]>;

/** Decodes any message: integers and floating-point numbers as numbers, the rest as bytes. */
function readFields(bytes: Bytes): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const take = (length: number): number => (at += length) - length;
  const readers: Record<number, () => number | Bytes> = {
    0: varint,
    1: () => view.getFloat64(take(8), true),
    2: () => {
      const length = varint();
      const start = take(length);
      return bytes.slice(start, start + length);
    },
    5: () => view.getFloat32(take(4), true),
  };
  while (at < bytes.length) {
    const key = varint();
    const read = readers[key & 7];
    assert.ok(read, `wire type ${key & 7}`);
    fields.set(key >> 3, [...fields.get(key >> 3) ?? [], read()]);
  }
  assert.equal(at, bytes.length, "a field is cut off");
  return fields;
}

function numberIn(fields: Fields, field: number): number | undefined {
  return fields.get(field)?.[0] as number | undefined;
}

function bytesIn(fields: Fields, field: number): Bytes | undefined {
  return fields.get(field)?.[0] as Bytes | undefined;
}

function textIn(fields: Fields, field: number): string | undefined {
  const bytes = bytesIn(fields, field);
  return bytes && new TextDecoder().decode(bytes);
}

function messageIn(fields: Fields, field: number): Fields | undefined {
  const bytes = bytesIn(fields, field);
  return bytes && readFields(bytes);
}

/** Reads an event, field by field of `event.proto` and `summary.proto`. */
export function readEvent(data: Bytes): LoggedEvent {
  const event = readFields(data);
  const session = messageIn(event, 7);
  const summary = messageIn(event, 5);
  const value = summary && messageIn(summary, 1);
  const image = value && messageIn(value, 4);
  const tensor = value && messageIn(value, 8);
  const metadata = value && messageIn(value, 9);
  const plugin = metadata && messageIn(metadata, 1);
  return dropAbsent({
    seconds: numberIn(event, 1)!,
    step: numberIn(event, 2) ?? 0,
    version: textIn(event, 3),
    session: session && numberIn(session, 1),
    tag: value && textIn(value, 1),
    scalar: value && numberIn(value, 2),
    image: image && {
      height: numberIn(image, 1),
      width: numberIn(image, 2),
      colorspace: numberIn(image, 3),
      bytes: bytesIn(image, 4),
    },
    text: tensor && textIn(tensor, 8),
    plugin: plugin && textIn(plugin, 1),
  }) as unknown as LoggedEvent;
}

function dropAbsent(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  );
}
