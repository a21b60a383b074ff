/**
 * A file from a server, from any byte on.
 *
 * @module
 */
import { describeCause } from "../../errors.ts";

/** What a server sends of a file. Leaving a `using` block ends the connection. */
export interface FileBody extends Disposable {
  /** Where it begins: 0 where the server sends whole files only. */
  firstByte: number;
  /** Bytes of the whole file, if the server says. */
  totalBytes: number | undefined;
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** How a file is asked for. */
export interface FileRequest {
  /** First byte that is wanted. */
  firstByte: number;
  /** Milliseconds without a byte after which the connection is given up. */
  stallMs: number;
  /** Ends it. */
  signal: AbortSignal | undefined;
}

/** What went wrong, if it may be right another time. */
export class PassingFailure extends Error {}

/** What went wrong, if it will go on to. */
export class LastingFailure extends Error {}

/** A process without the permission to reach a host. */
export class HostNotAllowed extends LastingFailure {
  constructor(readonly host: string, cause: unknown) {
    super(`this process may not reach ${host}`, { cause });
  }
}

const MAX_REDIRECTS = 10;

/** Answers that another attempt may turn out better than: too many requests, a timeout, and any fault of the server. */
const PASSING_STATUS = /^(408|425|429|5\d\d)$/;

const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/**
 * Asks for a file from a byte on.
 *
 * Redirects are followed one by one: from `https:` to nothing else, and to no host that the
 * process may not reach.
 *
 * @returns `undefined` if the file has no more bytes than those before `firstByte`.
 * @throws {PassingFailure} If the connection fails or stalls, or the server is at fault.
 * @throws {LastingFailure} If the server has no such file, or sends elsewhere where it is not to be followed.
 */
export async function requestFile(
  url: string,
  request: FileRequest,
): Promise<FileBody | undefined> {
  const watch = watchStall(request);
  try {
    const response = await follow(url, request.firstByte, watch.signal);
    if (response.status === RANGE_NOT_SATISFIABLE) {
      watch.end();
      return undefined;
    }
    return {
      ...readPlace(response),
      chunks: readChunks(response, watch),
      [Symbol.dispose]: watch.end,
    };
  } catch (error) {
    const failure = wordFailure(error, request.signal, watch.signal);
    watch.end();
    throw failure;
  }
}

/** Gives up where nothing has come for some time. */
interface StallWatch {
  signal: AbortSignal;
  outer: AbortSignal | undefined;
  /** Something has come. */
  touch(): void;
  /** Ends the connection, if it is not over. */
  end(): void;
}

function watchStall({ stallMs, signal: outer }: FileRequest): StallWatch {
  const controller = new AbortController();
  const giveUp = (): void =>
    controller.abort(
      new PassingFailure(`nothing came for ${stallMs / 1000} s`),
    );
  let timer = setTimeout(giveUp, stallMs);
  return {
    signal: outer
      ? AbortSignal.any([controller.signal, outer])
      : controller.signal,
    outer,
    touch: () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, stallMs);
    },
    end: () => {
      clearTimeout(timer);
      controller.abort();
    },
  };
}

async function follow(
  start: string,
  firstByte: number,
  signal: AbortSignal,
): Promise<Response> {
  const headers = {
    "accept-encoding": "identity", // a range of what is compressed is of no use
    ...(firstByte > 0 && { range: `bytes=${firstByte}-` }),
  };
  let url = new URL(start);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await fetchOnce(url, { headers, signal });
    const location = response.headers.get("location");
    const isRedirect = response.status >= 300 && response.status < 400;
    if (!isRedirect || location === null) {
      return await checkStatus(response, firstByte);
    }
    await response.body?.cancel();
    url = resolveRedirect(location, url);
  }
  throw new LastingFailure(`more than ${MAX_REDIRECTS} redirects`);
}

async function fetchOnce(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "manual" });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new HostNotAllowed(url.host, error);
    }
    throw error;
  }
}

/**
 * Where a redirect leads.
 *
 * @throws {LastingFailure} If it is not to be followed.
 */
export function resolveRedirect(location: string, from: URL): URL {
  const to = URL.parse(location, from.href);
  if (to === null || !/^https?:$/.test(to.protocol)) {
    throw new LastingFailure(`a redirect to ${location}`);
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new LastingFailure(`a redirect to ${to.href}, which is not safe`);
  }
  return to;
}

async function checkStatus(
  response: Response,
  firstByte: number,
): Promise<Response> {
  const { status, statusText } = response;
  const isAtEnd = status === RANGE_NOT_SATISFIABLE && firstByte > 0;
  if (response.ok || isAtEnd) return response;
  await response.body?.cancel();
  const text = `the server answers ${status} ${statusText}`.trimEnd();
  throw PASSING_STATUS.test(String(status))
    ? new PassingFailure(text)
    : new LastingFailure(text);
}

/** Where a body lies in its file. */
function readPlace(
  { status, headers }: Response,
): Pick<FileBody, "firstByte" | "totalBytes"> {
  if (status !== PARTIAL_CONTENT) {
    const length = headers.get("content-length");
    return {
      firstByte: 0,
      totalBytes: length === null ? undefined : Number(length),
    };
  }
  const range = headers.get("content-range") ?? "";
  const [, first, total] = range.match(/^bytes (\d+)-\d+\/(\d+|\*)$/) ?? [];
  if (first === undefined) {
    throw new LastingFailure(
      `the server sends a part that it calls "${range}"`,
    );
  }
  return {
    firstByte: Number(first),
    totalBytes: total === "*" ? undefined : Number(total),
  };
}

async function* readChunks(
  { body }: Response,
  watch: StallWatch,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  try {
    for await (const chunk of body ?? []) {
      watch.touch();
      yield chunk;
      watch.touch(); // the time that the reader took is not the server's
    }
  } catch (error) {
    throw wordFailure(error, watch.outer, watch.signal);
  }
}

/** What was thrown, as one of the two failures; what ended it, if something did. */
function wordFailure(
  error: unknown,
  outer: AbortSignal | undefined,
  stall: AbortSignal,
): unknown {
  if (outer?.aborted) return outer.reason;
  if (stall.aborted) return stall.reason;
  if (error instanceof LastingFailure || error instanceof PassingFailure) {
    return error;
  }
  return new PassingFailure(findReason(error), { cause: error });
}

/** What Deno says below "fetch failed", without the address. */
function findReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause ?? error : error;
  return describeCause(cause)
    .replace(/^error sending request for url \(.*?\): /, "");
}
