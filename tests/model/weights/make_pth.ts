/**
 * Files of `torch.save` made opcode by opcode, so that they can be wrong.
 *
 * @module
 */

/** Bytes of numbers in a storage, by its key. */
export type Storages = Record<string, Uint8Array>;

/** Opcodes: one letter is one byte. */
export const op = {
  /** A text. */
  text: (value: string): string => `X${u32(value.length)}${value}`,
  /** An integer of 32 bits. */
  int: (value: number): string => `J${u32(value)}`,
  /** A double. */
  float: (value: number): string =>
    `G${fromBytes(new Uint8Array(Float64Array.of(value).buffer).reverse())}`,
  /** An integer of 64 bits. */
  long: (value: number): string =>
    `\x8a\x08${
      fromBytes(new Uint8Array(BigInt64Array.of(BigInt(value)).buffer))
    }`,
  /** A name. */
  global: (module: string, name: string): string => `c${module}\n${name}\n`,
  /** Remembers what is on top of the stack. */
  put: (index: number): string => `r${u32(index)}`,
  /** Recalls it. */
  get: (index: number): string => `j${u32(index)}`,
  /** A tuple of what the parts give. */
  tuple: (...parts: string[]): string => `(${parts.join("")}t`,
  /** A dict of keys and values in turn. */
  dict: (...parts: string[]): string => `}(${parts.join("")}u`,
  /** A storage. */
  storage: (key: string, numElements: number, type = "FloatStorage"): string =>
    op.tuple(
      ...[op.text("storage"), op.global("torch", type), op.text(key)],
      ...[op.text("cpu"), op.long(numElements)],
    ) + "Q",
  /** A tensor; `storage` are the opcodes that give one. */
  tensor: (
    storage: string,
    { offset = 0, shape, strides }: {
      offset?: number;
      shape: number[];
      strides: number[];
    },
  ): string =>
    op.global("torch._utils", "_rebuild_tensor_v2") +
    op.tuple(
      ...[storage, op.long(offset)],
      ...[op.tuple(...shape.map(op.long)), op.tuple(...strides.map(op.long))],
      ...["\x89", op.global("collections", "OrderedDict"), ")R"],
    ) + "R",
};

/** A whole pickle of protocol 2. */
export function pickle(opcodes: string): Uint8Array {
  return toBytes(`\x80\x02${opcodes}.`);
}

/** A checkpoint in the container before PyTorch 1.6. */
export function legacyPth(
  opcodes: string,
  storages: Storages = {},
): Uint8Array {
  const keys = Object.keys(storages);
  return joined([
    pickle(`\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19`),
    pickle("M\xe9\x03"),
    pickle(op.dict(op.text("little_endian"), "\x88")),
    pickle(opcodes),
    pickle(`](${keys.map(op.text).join("")}e`),
    ...keys.flatMap((key) => [
      toBytes(u64(storages[key]!.length / 4)),
      storages[key]!,
    ]),
  ]);
}

/** A checkpoint in the container since PyTorch 1.6. */
export function zipPth(opcodes: string, storages: Storages = {}): Uint8Array {
  return zip([
    { name: "w/data.pkl", content: pickle(opcodes) },
    ...Object.entries(storages).map(([key, content]) => ({
      name: `w/data/${key}`,
      content,
    })),
  ]);
}

/** An entry of a zip archive, with what its directory says wrongly. */
export interface FalseEntry {
  name: string;
  content: Uint8Array;
  method?: number;
  /** Sizes that the directory gives. */
  numBytes?: number;
  numPacked?: number;
  /** Where the directory says that it begins: the place of that entry. */
  placeOf?: number;
  /** Sizes in 64 bits, in an extra field. */
  wide?: [numBytes: number, numPacked: number];
}

/** What the end of an archive says of its directory; what is left out is true. */
export interface FalseEnd {
  numBytes?: number;
  at?: number;
  /** The same in 64 bits. */
  wide?: { numBytes: number; at: number };
}

/** A zip archive of stored entries. */
export function zip(entries: FalseEntry[], end: FalseEnd = {}): Uint8Array {
  const places: number[] = [];
  let whole = "";
  for (const { name, content } of entries) {
    places.push(whole.length);
    whole += `PK\x03\x04${"\0".repeat(14)}${u32(content.length)}` +
      u32(content.length) + u16(name.length) + u16(0) + name +
      fromBytes(content);
  }
  const at = whole.length;
  for (const [i, entry] of entries.entries()) {
    whole += directoryEntry(entry, places[entry.placeOf ?? i]!);
  }
  const numBytes = whole.length - at;
  if (end.wide) {
    const wideAt = whole.length;
    whole += `PK\x06\x06${u64(44)}${"\0".repeat(28)}` +
      u64(end.wide.numBytes) + u64(end.wide.at);
    whole += `PK\x06\x07${u32(0)}${u64(wideAt)}${u32(1)}`;
  }
  const count = u16(entries.length);
  whole +=
    `PK\x05\x06${u32(0)}${count}${count}${u32(end.numBytes ?? numBytes)}` +
    u32(end.at ?? at) + u16(0);
  return toBytes(whole);
}

function directoryEntry(
  { name, content, method = 0, numBytes, numPacked, wide }: FalseEntry,
  at: number,
): string {
  const extra = wide ? u16(1) + u16(16) + u64(wide[0]) + u64(wide[1]) : "";
  const length = content.length;
  const sizes = wide
    ? u32(0xffffffff) + u32(0xffffffff)
    : u32(numPacked ?? numBytes ?? length) + u32(numBytes ?? length);
  return `PK\x01\x02${"\0".repeat(6)}${u16(method)}${"\0".repeat(8)}${sizes}` +
    u16(name.length) + u16(extra.length) + "\0".repeat(10) + u32(at) + name +
    extra;
}

function u16(value: number): string {
  return fromBytes(new Uint8Array(Uint16Array.of(value).buffer));
}

function u32(value: number): string {
  return fromBytes(new Uint8Array(Uint32Array.of(value).buffer));
}

function u64(value: number): string {
  return fromBytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
}

function fromBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  }
  return parts.join("");
}

function toBytes(letters: string): Uint8Array {
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
