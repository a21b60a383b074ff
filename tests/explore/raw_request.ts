/** A request as bytes, so that it can be what no browser sends. */
export interface RawRequest {
  method?: string;
  /** As it stands in the request, `/` if left out. */
  target?: string;
  /** Instead of those that an honest client sends. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** Sends a request to a port of this machine, and returns the response as text. */
export async function sendRaw(
  url: string,
  { method = "GET", target = "/", headers = {}, body = "" }: RawRequest = {},
): Promise<{ status: number; text: string }> {
  const { host, port } = new URL(url);
  const all = {
    Host: host,
    Connection: "close",
    ...(body === "" || "Transfer-Encoding" in headers
      ? {}
      : { "Content-Length": String(body.length) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const request = [`${method} ${target} HTTP/1.1`, ...lines, "", body];
  await connection.write(new TextEncoder().encode(request.join("\r\n")));
  const text = await readAll(connection);
  return { status: Number(text.match(/^HTTP\/1\.1 (\d+)/)?.[1]), text };
}

async function readAll(connection: Deno.Conn): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1 << 16);
  while (true) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return text;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    if (isWhole(text)) return text;
  }
}

/** A server that refuses a body may wait for the rest of it with the connection open. */
function isWhole(text: string): boolean {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const length = Number(head.match(/^content-length: (\d+)/im)?.[1] ?? NaN);
  return rest.join("\r\n\r\n").length >= length;
}
