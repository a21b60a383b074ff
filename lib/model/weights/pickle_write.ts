/**
 * A writer of Python pickles, of protocol 2, which every Python since 2.3 reads.
 *
 * Source: CPython, Lib/pickletools.py.
 *
 * @module
 */

/**
 * What can be pickled. A Map is a dict, a list is a list; integers become Python's int,
 * other numbers its float.
 */
export type Picklable =
  | null
  | boolean
  | number
  | string
  | Picklable[]
  | Map<string | number, Picklable>
  | PickleTuple
  | PickleCall
  | PickleId;

/** A tuple. */
export class PickleTuple {
  constructor(readonly items: readonly (Picklable | PickleName)[]) {}
}

/** A class or function of Python. */
export class PickleName {
  constructor(readonly module: string, readonly name: string) {}
}

/** What a function gives, with the items that are set in it afterwards. */
export class PickleCall {
  constructor(
    readonly callee: PickleName,
    readonly args: PickleTuple,
    readonly items: Map<string | number, Picklable> = new Map(),
  ) {}
}

/** What the reader knows by an id. */
export class PickleId {
  constructor(readonly id: PickleTuple) {}
}

/** Writes a pickle. */
export function encodePickle(value: Picklable): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const push: Push = (part) => void parts.push(part);
  push(toBytes("\x80\x02"));
  writeValue(value, push);
  push(toBytes("."));
  return joinBytes(parts);
}

type Push = (part: Uint8Array<ArrayBuffer>) => void;

function writeValue(value: Picklable | PickleName, push: Push): void {
  const letters = (text: string): void => push(toBytes(text));
  if (value === null) letters("N");
  else if (typeof value === "boolean") letters(value ? "\x88" : "\x89");
  else if (typeof value === "number") push(encodeNumber(value));
  else if (typeof value === "string") push(encodeText(value));
  else if (value instanceof Map) {
    letters("}");
    writeItems(value, push);
  } else if (value instanceof PickleName) {
    letters(`c${value.module}\n${value.name}\n`);
  } else if (value instanceof PickleCall) {
    writeValue(value.callee, push);
    writeValue(value.args, push);
    letters("R");
    writeItems(value.items, push);
  } else if (value instanceof PickleId) {
    writeValue(value.id, push);
    letters("Q");
  } else if (value instanceof PickleTuple) {
    writeRow("(", value.items, "t", push);
  } else {
    writeRow("](", value, "e", push);
  }
}

function writeRow(
  start: string,
  items: readonly (Picklable | PickleName)[],
  end: string,
  push: Push,
): void {
  push(toBytes(start));
  for (const item of items) writeValue(item, push);
  push(toBytes(end));
}

function writeItems(items: Map<string | number, Picklable>, push: Push): void {
  if (items.size > 0) writeRow("(", [...items].flat(), "u", push);
}

function encodeNumber(value: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(10));
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    view.setUint8(0, opcode("G"));
    view.setFloat64(1, value);
    return new Uint8Array(view.buffer, 0, 9);
  }
  if (value === (value | 0)) {
    view.setUint8(0, opcode("J"));
    view.setInt32(1, value, true);
    return new Uint8Array(view.buffer, 0, 5);
  }
  view.setUint16(0, 0x8a08); // an integer of eight bytes
  view.setBigInt64(2, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(5 + bytes.length);
  whole[0] = opcode("X");
  new DataView(whole.buffer).setUint32(1, bytes.length, true);
  whole.set(bytes, 5);
  return whole;
}

function opcode(letter: string): number {
  return letter.charCodeAt(0);
}

function toBytes(letters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(letters, opcode);
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
