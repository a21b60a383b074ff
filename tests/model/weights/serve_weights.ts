import { createHash } from "node:crypto";
import type { PublishedWeights } from "../../../lib/model/weights/published_weights.ts";
import { createRandom } from "../../../lib/random.ts";

/** What stands for the weights of a network: several chunks of a connection. */
export const CONTENT = makeBytes(300_000);

/** Published as `CONTENT`. */
export const WEIGHTS: PublishedWeights = {
  arch: "alexnet",
  file: `tiny-${hashOf(CONTENT).slice(0, 8)}.pth`,
  megabytes: 0.3,
};

/** The SHA-256 of bytes, in hexadecimal digits. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function makeBytes(count: number): Uint8Array<ArrayBuffer> {
  const random = createRandom(7);
  return Uint8Array.from({ length: count }, () => random.nextInteger(256));
}

/** A server on this machine while a test lasts. */
export interface Loopback {
  /** URL of the folder that it serves. */
  from: string;
  /** The request of each connection so far: path, and range if one was asked for. */
  asked: string[];
}

/** Serves while `act` lasts. */
export async function withServer(
  handle: (request: Request, numAsked: number) => Response | Promise<Response>,
  act: (server: Loopback) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => CUT },
    (request) => {
      const range = request.headers.get("range");
      const { pathname } = new URL(request.url);
      asked.push(range === null ? pathname : `${pathname} ${range}`);
      return handle(request, asked.length);
    },
  );
  try {
    await act({ from: `http://127.0.0.1:${server.addr.port}/models`, asked });
  } finally {
    await server.shutdown();
  }
}

const CUT = new Response(null, { status: 500 });

/** Answers with the bytes that are asked for. */
export function serveRange(
  request: Request,
  bytes: Uint8Array<ArrayBuffer> = CONTENT,
): Response {
  const first = firstByte(request);
  if (first === 0) return new Response(bytes);
  const range = `${first}-${bytes.length - 1}/${bytes.length}`;
  if (first >= bytes.length) {
    const headers = { "content-range": `bytes */${bytes.length}` };
    return new Response(null, { status: 416, headers });
  }
  const headers = { "content-range": `bytes ${range}` };
  return new Response(bytes.subarray(first), { status: 206, headers });
}

/** Answers as `serveRange` does, and breaks off, or comes to a stop, after some bytes. */
export function serveSome(
  request: Request,
  count: number,
  end: "break" | "stall",
): Response {
  const first = firstByte(request);
  const whole = serveRange(request);
  const body = new ReadableStream<Uint8Array>({
    start(controller): void {
      controller.enqueue(CONTENT.slice(first, first + count));
    },
    async pull(controller): Promise<void> {
      if (end === "stall") return new Promise(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100)); // lets what is sent arrive
      controller.error(new Error("cut"));
    },
  });
  const headers = new Headers(whole.headers);
  headers.set("content-length", String(CONTENT.length - first));
  return new Response(body, { status: whole.status, headers });
}

function firstByte(request: Request): number {
  const range = request.headers.get("range")?.match(/^bytes=(\d+)-$/);
  return Number(range?.[1] ?? 0);
}
