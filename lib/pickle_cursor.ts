/**
 * Where the reading of a pickle stands in its file.
 *
 * @module
 */
import type { CheckpointError } from "./errors.ts";
import type { FileBytes } from "./file_bytes.ts";

/** Bytes read from the file at once. */
const WINDOW_BYTES = 65536;

/** Bytes of pickle that are read at most: a thousand times what a large network takes. */
const MAX_PICKLE_BYTES = 2 ** 24;

/** Letters of a line at most: names and numbers are shorter. */
const MAX_LINE_LETTERS = 1000;

/** Letters that are joined at once. */
const LETTERS_AT_ONCE = 4096;

/** Integers that a double holds exactly. */
const INTEGER = /^-?\d{1,15}$/;
const FLOAT = /^-?\d+(\.\d*)?(e[-+]?\d+)?$/;
const DECODER = new TextDecoder();

/** Reads the parts of a pickle one after another. Every method throws `CheckpointError` at the end. */
export class PickleCursor {
  readonly #file: FileBytes;
  readonly #end: number;
  readonly #limit: number;
  #at: number;
  #window = new Uint8Array(0);
  #windowStart: number;

  /**
   * Starts reading at a place of a file.
   *
   * @param end Where the pickle ends at the latest.
   */
  constructor(file: FileBytes, start: number, end: number) {
    this.#file = file;
    this.#end = end;
    this.#limit = start + MAX_PICKLE_BYTES;
    this.#at = start;
    this.#windowStart = start;
  }

  /** Where in the file the next byte is. */
  position(): number {
    return this.#at;
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** An unsigned little-endian integer of 1, 2 or 4 bytes. */
  unsigned(count: 1 | 2 | 4): number {
    const from = this.#take(count);
    let value = 0;
    for (let i = count - 1; i >= 0; i--) {
      value = value * 256 + this.#window[from + i]!;
    }
    return value;
  }

  /** A signed little-endian integer of any length. */
  long(count: number): number | bigint {
    const digits = [...this.bytes(count).reverse()].map((byte) =>
      byte.toString(16).padStart(2, "0")
    );
    const unsigned = BigInt(`0x${digits.join("") || "0"}`);
    const value = BigInt.asIntN(8 * count, unsigned);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /** A big-endian double. */
  float64(): number {
    return new DataView(this.bytes(8).buffer).getFloat64(0);
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    const from = this.#take(count);
    return this.#window.slice(from, from + count);
  }

  /** UTF-8 text. */
  text(count: number): string {
    return DECODER.decode(this.bytes(count));
  }

  /** Text of one byte a letter. */
  latin1(count: number): string {
    const bytes = this.bytes(count);
    const parts: string[] = [];
    for (let at = 0; at < count; at += LETTERS_AT_ONCE) {
      const part = bytes.subarray(at, at + LETTERS_AT_ONCE);
      parts.push(String.fromCharCode(...part));
    }
    return parts.join("");
  }

  /** Text up to the end of the line. */
  line(): string {
    const letters: number[] = [];
    for (;;) {
      const byte = this.unsigned(1);
      if (byte === 0x0a) return String.fromCharCode(...letters);
      if (letters.push(byte) > MAX_LINE_LETTERS) {
        throw this.fail("its pickle has no end of a line");
      }
    }
  }

  /** An integer in digits, up to the end of the line. */
  integerLine(): number {
    return this.#parse(this.line().replace(/L$/, ""), INTEGER);
  }

  /** The same, or a boolean: `01` is true, `00` is false. */
  booleanLine(): number | boolean {
    const text = this.line();
    return text === "01" || (text !== "00" && this.#parse(text, INTEGER));
  }

  /** A number in digits, up to the end of the line. */
  floatLine(): number {
    return this.#parse(this.line(), FLOAT);
  }

  /** The error for content that is wrong. */
  fail(reason: string): CheckpointError {
    return this.#file.fail(reason);
  }

  /** Goes on by some bytes, and returns where in the window they are. */
  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#end) throw this.fail("its pickle is cut short");
    if (at + count > this.#limit) {
      throw this.fail(`its pickle takes more than ${MAX_PICKLE_BYTES} bytes`);
    }
    if (at + count > this.#windowStart + this.#window.length) {
      const length = Math.max(count, Math.min(WINDOW_BYTES, this.#end - at));
      this.#window = this.#file.read(at, length);
      this.#windowStart = at;
    }
    this.#at += count;
    return at - this.#windowStart;
  }

  #parse(text: string, form: RegExp): number {
    if (form.test(text)) return Number(text);
    throw this.fail("its pickle has a number that is none, or too large");
  }
}
