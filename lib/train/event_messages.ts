/**
 * The few messages of TensorBoard that a training log is made of, in Protocol Buffers.
 *
 * Source: TensorFlow, `event.proto`, `summary.proto`, `tensor.proto`; the encoding of Protocol Buffers.
 *
 * @module
 */

/** A message, or fields of one. */
type Bytes = Uint8Array<ArrayBuffer>;

/** An image as a file, for `imageSummary`. */
export interface EncodedImage {
  width: number;
  height: number;
  /** A JPEG or PNG in RGB. */
  bytes: Bytes;
}

/** `SessionLog.START`. */
const SESSION_START = 1;
/** `Summary.Image.colorspace` of RGB. */
const RGB = 3;
/** `DT_STRING` of `types.proto`. */
const STRING = 7;
/** `DATA_CLASS_TENSOR`. */
const TENSOR_CLASS = 2;

/**
 * Encodes an event.
 *
 * @param seconds Wall time since 1970.
 * @param step What the horizontal axis counts.
 * @param content Made by one of the functions below.
 */
export function encodeEvent(
  seconds: number,
  step: number,
  content: Bytes,
): Bytes {
  return join(doubleField(1, seconds), integerField(2, step), content);
}

/** The first event of every file. */
export function fileVersion(): Bytes {
  return textField(3, "brain.Event:2");
}

/** Says that a run starts, or goes on: what was logged of this step and later ones no longer counts. */
export function sessionStart(): Bytes {
  return field(7, integerField(1, SESSION_START));
}

/** A number; it is kept in single precision. */
export function scalarSummary(tag: string, value: number): Bytes {
  return summary(tag, floatField(2, value));
}

/** An image. */
export function imageSummary(
  tag: string,
  { width, height, bytes }: EncodedImage,
): Bytes {
  return summary(
    tag,
    field(
      4,
      join(
        integerField(1, height),
        integerField(2, width),
        integerField(3, RGB),
        field(4, bytes),
      ),
    ),
  );
}

/** Markdown. */
export function textSummary(tag: string, markdown: string): Bytes {
  const metadata = join(
    field(1, textField(1, "text")), // plugin_data.plugin_name
    integerField(4, TENSOR_CLASS),
  );
  const tensor = join(
    integerField(1, STRING),
    field(2, new Uint8Array()), // tensor_shape: a single value
    textField(8, markdown),
  );
  return summary(tag, join(field(8, tensor), field(9, metadata)));
}

/** `Event.summary` with one `Summary.Value`. */
function summary(tag: string, value: Bytes): Bytes {
  return field(5, field(1, join(textField(1, tag), value)));
}

/** How the value of a field is laid out; the field numbers here are all below 16. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };

function key(number: number, wire: keyof typeof WIRE): number {
  return number << 3 | WIRE[wire];
}

/** Bytes, or a message within one. */
function field(number: number, value: Bytes): Bytes {
  const head = [key(number, "bytes"), ...varint(value.length)];
  return join(Uint8Array.from(head), value);
}

function textField(number: number, value: string): Bytes {
  return field(number, new TextEncoder().encode(value));
}

/** An integer; 0 is what a field is that is left out. */
function integerField(number: number, value: number): Bytes {
  if (value === 0) return new Uint8Array();
  return Uint8Array.from([key(number, "varint"), ...varint(value)]);
}

function doubleField(number: number, value: number): Bytes {
  const bytes = new Uint8Array(9);
  bytes[0] = key(number, "fixed64");
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

function floatField(number: number, value: number): Bytes {
  const bytes = new Uint8Array(5);
  bytes[0] = key(number, "fixed32");
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

/** Seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  return [...bytes, value];
}

function join(...parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(
    parts.reduce((total, { length }) => total + length, 0),
  );
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}
