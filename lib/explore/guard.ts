/**
 * Who may ask, and what a browser may do with the answers.
 *
 * The server is for the people at this machine. It is bound to the loopback address; but pages of
 * other sites run at this machine too. So the name that is asked for has to be that of this machine
 * (or another name could be made to point here), and what changes state or computes has to come
 * from a page of ours.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/** The address that is listened at. */
export const LOOPBACK = "127.0.0.1";

/** Names of this machine that a browser may ask for. */
const HOSTS = [LOOPBACK, "localhost", "[::1]"];

/** The port that browsers leave out. */
const HTTP_PORT = 80;

/** What every response says besides its content. */
const HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** What a response may load that says nothing else: nothing. */
const NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * Checks that a request is asked of this machine, and that a POST comes from a page of ours.
 *
 * @throws {Refusal} If not.
 */
export function checkSource({ method, headers }: Request, port: number): void {
  const hosts = HOSTS.map((name) =>
    port === HTTP_PORT ? name : `${name}:${port}`
  );
  const host = headers.get("host")?.toLowerCase() ?? "";
  if (!hosts.includes(host)) {
    throw new Refusal(
      403,
      "Cannot answer to this name",
      `ask for ${LOOPBACK}:${port}`,
    );
  }
  if (method === "GET" || method === "HEAD") return;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const isOwn = (origin === null || URL.parse(origin)?.host === host) &&
    (site === null || site === "same-origin" || site === "none");
  if (isOwn) return;
  throw new Refusal(
    403,
    "Cannot answer to a page of another site",
    `open ${LOOPBACK}:${port} itself`,
  );
}

/** Adds to a response what keeps browsers from misusing it. */
export function guardResponse(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) {
    response.headers.set(name, value);
  }
  if (!response.headers.has("Content-Security-Policy")) {
    response.headers.set("Content-Security-Policy", NO_CONTENT_POLICY);
  }
  return response;
}

/**
 * The policy of a page that is whole in itself: its own scripts, images of this server and from
 * its own data, and connections to this server.
 *
 * @param html The page.
 */
export async function pagePolicy(html: string): Promise<string> {
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)]
    .filter(([, attributes]) => !attributes!.includes("application/json"))
    .map(([, , code]) => new TextEncoder().encode(code));
  const hashes = await Promise.all(scripts.map(async (code) => {
    const digest = await crypto.subtle.digest("SHA-256", code);
    return `'sha256-${new Uint8Array(digest).toBase64()}'`;
  }));
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ") || "'none'"}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
