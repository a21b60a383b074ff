/**
 * Where the reading of a pickle stands in its file.
 *
 * @module
 */
import type { CheckpointError } from "../../errors.ts";
import type { FileBytes } from "../../file_bytes.ts";

/** Bytes read from the file at once. */
const WINDOW_BYTES = 65536;

/** Bytes of pickle that are read at most: a thousand times what a large network takes. */
const MAX_PICKLE_BYTES = 2 ** 24;

/** Reads the parts of a pickle one after another. Every method throws `CheckpointError` at the end. */
export interface PickleCursor {
  /** Where in the file the next byte is. */
  position(): number;
  skip(count: number): void;
  /** An unsigned little-endian integer of 1, 2 or 4 bytes. */
  unsigned(count: 1 | 2 | 4): number;
  /** A signed little-endian integer of any length. */
  long(count: number): number | bigint;
  /** A big-endian double. */
  float64(): number;
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** UTF-8 text. */
  text(count: number): string;
  /** Text of one byte a letter. */
  latin1(count: number): string;
  /** Text up to the end of the line. */
  line(): string;
  /** The error for content that is wrong. */
  fail(reason: string): CheckpointError;
}

/**
 * Starts reading at a place of a file.
 *
 * @param end Where the pickle ends at the latest.
 */
export function createPickleCursor(
  file: FileBytes,
  start: number,
  end: number,
): PickleCursor {
  const last = Math.min(end, start + MAX_PICKLE_BYTES);
  let at = start;
  let window = new Uint8Array(0);
  let windowStart = start;

  function bytes(count: number): Uint8Array<ArrayBuffer> {
    if (at + count > last) throw file.fail("its pickle is cut short");
    if (at + count > windowStart + window.length) {
      const length = Math.max(count, Math.min(WINDOW_BYTES, last - at));
      window = file.read(at, length);
      windowStart = at;
    }
    const from = at - windowStart;
    at += count;
    return window.slice(from, from + count);
  }

  function line(): string {
    const letters: number[] = [];
    for (;;) {
      const byte = bytes(1)[0]!;
      if (byte === 0x0a) return String.fromCharCode(...letters);
      if (letters.push(byte) > 1000) throw file.fail("its pickle has no line");
    }
  }

  const view = (count: number): DataView => new DataView(bytes(count).buffer);
  return {
    position: () => at,
    skip: (count) => void bytes(count),
    unsigned: (count) => {
      const part = view(count);
      if (count === 1) return part.getUint8(0);
      return count === 2 ? part.getUint16(0, true) : part.getUint32(0, true);
    },
    long: (count) => parseLong(bytes(count)),
    float64: () => view(8).getFloat64(0),
    bytes,
    text: (count) => new TextDecoder().decode(bytes(count)),
    latin1: (count) => decodeLatin1(bytes(count)),
    line,
    fail: (reason) => file.fail(reason),
  };
}

function parseLong(bytes: Uint8Array): number | bigint {
  const digits = [...bytes.toReversed()].map((byte) =>
    byte.toString(16).padStart(2, "0")
  );
  const unsigned = BigInt(`0x${digits.join("") || "0"}`);
  const value = BigInt.asIntN(8 * bytes.length, unsigned);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function decodeLatin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
