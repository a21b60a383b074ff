/**
 * What a visitor sends, as far as it is not too much and does not take too long.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/** How much of a visitor is waited for and held. */
export interface BodyLimits {
  /** The largest body. */
  bytes: number;
  /** From the first byte to the last. */
  milliseconds: number;
}

/** A large photo, over a slow disk. */
export const BODY_LIMITS: Readonly<BodyLimits> = Object.freeze({
  bytes: 30e6,
  milliseconds: 60_000,
});

/**
 * Reads the body of a request. What is over the limit is not read.
 *
 * @throws {Refusal} If it is empty, too long, too slow, or cut off.
 */
export async function readBody(
  request: Request,
  limits: Readonly<BodyLimits>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > limits.bytes) {
    throw tooLarge(limits);
  }
  const reader = request.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  const isLate = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => isLate.reject(tooSlow()),
    limits.milliseconds,
  );
  try {
    while (reader) {
      const { value, done } = await Promise.race([
        reader.read(),
        isLate.promise,
      ]);
      if (done) break;
      length += value.length;
      if (length > limits.bytes) throw tooLarge(limits);
      parts.push(value);
    }
  } catch (error) {
    reader?.cancel().catch(() => {});
    throw error instanceof Refusal ? error : cutOff();
  } finally {
    clearTimeout(timer);
  }
  if (length === 0) throw empty();
  return joinParts(parts, length);
}

function joinParts(
  parts: readonly Uint8Array[],
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function tooLarge({ bytes }: BodyLimits): Refusal {
  const most = `${bytes / 1e6} MB`;
  return new Refusal(
    413,
    `Cannot take a photo of more than ${most}`,
    "choose a smaller one",
  );
}

function tooSlow(): Refusal {
  return new Refusal(
    408,
    "Cannot wait any longer for the photo",
    "send it again",
  );
}

function cutOff(): Refusal {
  return new Refusal(
    400,
    "Cannot read the photo: it was cut off",
    "send it again",
  );
}

function empty(): Refusal {
  return new Refusal(
    400,
    "Cannot locate an empty file",
    "choose a photo",
  );
}
