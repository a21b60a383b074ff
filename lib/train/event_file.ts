/**
 * Event files: records with checksums, one after another, as TensorBoard reads them.
 *
 * Source: TensorFlow, `record_writer.cc` and `crc32c.h`; CRC-32C: RFC 3720, section 12.1 and appendix B.4.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { makeFolder, notWritable, writeAll } from "../files.ts";

/** An event file that is being written. Its owner declares it with `using`. */
export interface EventFile extends Disposable {
  readonly path: string;
  /**
   * Writes a record at the end. Nothing is held back: a run that is killed leaves
   * at most one record that is cut off, the last.
   *
   * @param data An encoded event.
   * @throws {CheckpointError} If the disk is full.
   */
  append(data: Uint8Array): void;
  /**
   * Waits until all records are on the disk, whatever happens to the machine.
   *
   * @throws {CheckpointError} If they cannot be written.
   */
  sync(): void;
}

/**
 * Starts a new event file, `events.out.tfevents.<seconds>.<folder>`. TensorBoard reads
 * those of a folder in the order of their names, so another run gets a later second.
 *
 * @param folder Made if need be.
 * @param seconds Since 1970; its whole part names the file.
 * @throws {CheckpointError} If the folder cannot be written.
 */
export async function createEventFile(
  folder: string,
  seconds: number,
): Promise<EventFile> {
  const { path, file } = await openNew(folder, Math.floor(seconds));
  const guard = (act: () => void): void => {
    try {
      act();
    } catch (cause) {
      throw notWritable(path, cause);
    }
  };
  return {
    path,
    append: (data) => guard(() => writeAll(file, frameRecord(data))),
    sync: () => guard(() => file.syncSync()),
    [Symbol.dispose]: () => file.close(),
  };
}

async function openNew(
  folder: string,
  seconds: number,
): Promise<{ path: string; file: Deno.FsFile }> {
  const path = join(
    folder,
    `events.out.tfevents.${seconds}.${basename(resolve(folder))}`,
  );
  try {
    await makeFolder(folder);
    return {
      path,
      file: await Deno.open(path, { write: true, createNew: true }),
    };
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      return openNew(folder, seconds + 1);
    }
    throw notWritable(path, cause);
  }
}

/** Bytes of a record besides its data. */
const HEAD_BYTES = 12;
const TAIL_BYTES = 4;

/**
 * Puts data between length and checksums: its length (uint64), the masked CRC of
 * these eight bytes (uint32), the data, its masked CRC (uint32), all little-endian.
 */
export function frameRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(HEAD_BYTES + data.length + TAIL_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskCrc(crc32c(record.subarray(0, 8))), true);
  record.set(data, HEAD_BYTES);
  view.setUint32(HEAD_BYTES + data.length, maskCrc(crc32c(data)), true);
  return record;
}

/** Makes the CRC of data that hold CRCs themselves a useful one. */
export function maskCrc(crc: number): number {
  return ((crc >>> 15 | crc << 17) + 0xa282ead8) >>> 0;
}

/** What eight more bits do to the remainder, by its lowest eight bits. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    const carry = remainder & 1;
    remainder = remainder >>> 1 ^ (carry ? 0x82f63b78 : 0); // Castagnoli, reflected
  }
  return remainder;
});

/** CRC-32C (Castagnoli) of some bytes, as an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder = remainder >>> 8 ^ TABLE[(remainder ^ byte) & 255]!;
  }
  return ~remainder >>> 0;
}
