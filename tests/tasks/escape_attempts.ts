/**
 * Runs the task `test`, then tries in the same process to do what an evaluation has no need of.
 * The last line of its output is an object: how each attempt ended.
 *
 * @module
 */
import { WebWorker } from "../../lib/web_worker.ts";
import "../../tasks/test.ts";
import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { open } from "node:inspector";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { hostname, networkInterfaces, userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
/** A file that no evaluation reads, and a module. */
const OUTSIDE = new URL("README.md", ROOT);
const OUTSIDE_PATH = fileURLToPath(OUTSIDE);
const MODULE = new URL("tests/in_folder.ts", ROOT);
/** A file of the program. */
const INSIDE = new URL("deno.json", ROOT);
/** A file of no one in the folder of the results. */
const OUTPUT = Deno.args[Deno.args.indexOf("--output") + 1]!;
const NAME = join(OUTPUT, "escaped");
/** Nothing listens there. */
const NOWHERE = { hostname: "127.0.0.1", port: 49151 };
const HOST = `${NOWHERE.hostname}:${NOWHERE.port}`;

type Attempts = Record<string, () => unknown>;

const READ: Attempts = {
  "read a file": () => Deno.readTextFileSync(OUTSIDE),
  "read a file as Node does": () => readFileSync(OUTSIDE),
  "read what is known of a file": () => Deno.statSync(OUTSIDE),
  "resolve a path": () => Deno.realPathSync(OUTSIDE),
  "list a folder": () => [...Deno.readDirSync(new URL("tests", ROOT))],
  "watch a file": () => Deno.watchFs(OUTSIDE_PATH).close(),
  "fetch a file": () => fetch(OUTSIDE),
  "import a module": () => import(MODULE.href),
  "import a text": () => import(OUTSIDE.href, { with: { type: "text" } }),
  "require a module": () => createRequire(INSIDE)(MODULE.pathname),
  "open a database": () => new DatabaseSync(OUTSIDE, { readOnly: true }),
  "attach a database": () =>
    new DatabaseSync(":memory:").exec(`ATTACH '${OUTSIDE_PATH}' AS other`),
  "read a file in a worker": () =>
    work(`Deno.readTextFileSync("${OUTSIDE_PATH}")`),
};

const WRITE: Attempts = {
  "write a file": () => Deno.removeSync(Deno.makeTempFileSync()),
  "change a file": () => Deno.openSync(OUTSIDE, { append: true }).close(),
  "change the program": () => Deno.openSync(INSIDE, { append: true }).close(),
  "make a link": () => withName(() => Deno.symlinkSync(OUTSIDE, NAME)),
  "make a hard link": () => withName(() => Deno.linkSync(OUTSIDE_PATH, NAME)),
  "copy a file": () => withName(() => Deno.copyFileSync(OUTSIDE, NAME)),
  "move a file": () => Deno.renameSync(OUTSIDE, OUTSIDE),
};

const CONNECT: Attempts = {
  "connect": () => Deno.connect(NOWHERE),
  "connect as Node does": () =>
    new Promise((resolve, reject) =>
      connect(NOWHERE.port, NOWHERE.hostname, () => resolve(0))
        .on("error", reject)
    ),
  "listen": () => Deno.listen({ port: 0 }).close(),
  "listen at a file": () =>
    withName(() => Deno.listen({ transport: "unix", path: NAME }).close()),
  "serve": () => Deno.serve({ port: 0 }, () => new Response()).shutdown(),
  "fetch": () => fetch(`http://${HOST}`),
  "get as Node does": () =>
    new Promise((resolve, reject) =>
      get(`http://${HOST}`, resolve).on("error", reject)
    ),
  "open a web socket": () => new WebSocket(`ws://${HOST}`).close(),
  "look up a name": () => Deno.resolveDns("localhost", "A"),
  "look up a name as Node does": () => lookup("localhost"),
  "open the inspector": () => open(0),
  "import from a host": () => import(at(`https://${HOST}/module.ts`)),
};

const LEAVE: Attempts = {
  "start a program": () => new Deno.Command("true").outputSync(),
  "start a program as Node does": () => {
    const { error } = spawnSync("true");
    if (error) throw error;
  },
  "end another process": () => Deno.kill(Deno.ppid, "SIGCONT"),
  "load a library": () => Deno.dlopen("libc.so.6", {}).close(),
  "load an addon": () => process.dlopen({ exports: {} }, "libc.so.6"),
  "point at memory": () => Deno.UnsafePointer.create(1n),
};

const ASK: Attempts = {
  "read a variable": () => Deno.env.get("HOME"),
  "read all variables": () => Deno.env.toObject(),
  "read a variable as Node does": () => process.env.HOME,
  "set a variable": () => Deno.env.set("WHEREABOUTS", "here"),
  "name the host": () => Deno.hostname(),
  "name the host as Node does": () => hostname(),
  "name the user": () => userInfo(),
  "name the user's number": () => Deno.uid(),
  "list networks": () => Deno.networkInterfaces(),
  "list networks as Node does": () => networkInterfaces(),
  "read the load": () => Deno.loadavg(),
};

const MORE: Attempts = {
  "ask for more": () => demand({ name: "read" }),
  "ask for the network": () => demand({ name: "net" }),
  "give a worker more": () => work("", { read: true }),
  "give a worker the network": () => work("", { net: true }),
};

/** Would reach a registry if nothing holds them. */
const DOWNLOAD: Attempts = {
  "import from JSR": () => import(at("jsr:@whereabouts/nothing")),
  "import from npm": () => import(at("npm:@whereabouts/nothing")),
};

/** What Deno says where it holds something back in the words of others. */
const HELD =
  /Requires \w+ access|--cached-only is specified|EPERM|too many attached databases - max 0|Can't escalate parent thread permissions/;

/** Keeps Deno from following an import before it runs. */
function at(specifier: string): string {
  return specifier;
}

async function demand(descriptor: Deno.PermissionDescriptor): Promise<void> {
  const { state } = await Deno.permissions.request(descriptor);
  if (state !== "granted") throw new Deno.errors.NotCapable(state);
}

/** Does something that makes a file of that name, and removes it. */
function withName(act: () => void): void {
  act();
  if (existsSync(NAME)) Deno.removeSync(NAME);
}

/** Runs code in a worker, and throws what it threw. */
async function work(
  code: string,
  permissions: Deno.PermissionOptions = "inherit",
): Promise<void> {
  const script = `try { ${code}; postMessage(null); }
    catch ({ name, message }) { postMessage({ name, message }); }`;
  const worker = new WebWorker(
    new URL(`data:application/javascript,${encodeURIComponent(script)}`),
    { type: "module", deno: { permissions } } as WorkerOptions,
  );
  const thrown = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  });
  worker.terminate();
  if (thrown !== null) throw thrown;
}

/** How an attempt ended: held back by permissions, or not, however it went on. */
async function attempt(act: () => unknown): Promise<string> {
  try {
    await act();
    return "done";
  } catch (error) {
    const { name, message } = error as Error;
    return name === "NotCapable" || HELD.test(message)
      ? "held"
      : `${name}: ${message}`;
  }
}

const isWide = Deno.permissions.querySync({ name: "net" }).state === "granted";
const ends: Record<string, string> = {};
for (
  const attempts of [
    ...[READ, WRITE, CONNECT, LEAVE, ASK, MORE],
    ...(isWide ? [] : [DOWNLOAD]),
  ]
) {
  for (const [name, act] of Object.entries(attempts)) {
    ends[name] = await attempt(act);
  }
}
console.log(JSON.stringify(ends));
Deno.exit();
