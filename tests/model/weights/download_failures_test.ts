import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadWeights } from "../../../lib/model/weights/download_weights.ts";
import { drain } from "../../../lib/progress.ts";
import { inFolder } from "../../in_folder.ts";
import {
  CONTENT,
  hashOf,
  serveRange,
  serveSome,
  WEIGHTS,
} from "./serve_weights.ts";
import {
  assertWhole,
  FAST,
  listNames,
  PATH,
  SHA256,
  testDownload,
} from "./test_download.ts";

testDownload(
  "refuses a file of that name with other content",
  (request) => serveRange(request),
  async ({ download, asked, path, weightsPath }) => {
    await Deno.mkdir(weightsPath);
    await Deno.writeFile(path, CONTENT.subarray(1));
    await assert.rejects(download(), {
      name: "CheckpointError",
      where: `${path} has the SHA-256 ${
        hashOf(CONTENT.subarray(1)).slice(0, 16)
      }…, the published file ${SHA256.slice(0, 8)}…`,
      fix: /^remove it/,
    });
    assert.deepEqual(asked, []);
    assert.equal((await Deno.stat(path)).size, CONTENT.length - 1);
  },
);

testDownload(
  "refuses other bytes than those published, and leaves none",
  (request) => serveRange(request, CONTENT.slice(0, 200_000)),
  async ({ download, asked, weightsPath, from }) => {
    await assert.rejects(download(), {
      name: "CheckpointError",
      where: new RegExp(`^${RegExp.escape(from)}.* has the SHA-256 `),
      fix:
        /^download it from elsewhere, or put that file \(.*\) at .* by hand$/,
    });
    assert.deepEqual(asked, [PATH]);
    assert.ok(!await Deno.stat(weightsPath).catch(() => null));
  },
);

testDownload(
  "gives up a damaged part when what is fetched anew is wrong too",
  (request) => serveRange(request, CONTENT.slice(0, 200_000)),
  async ({ download, asked, weightsPath, path }) => {
    await Deno.mkdir(weightsPath);
    await Deno.writeFile(`${path}.part`, new Uint8Array(1000));
    await assert.rejects(download(), { name: "CheckpointError" });
    assert.equal(asked.length, 2);
    assert.deepEqual(listNames(weightsPath), []);
  },
);

testDownload(
  "does not ask again for a file that is not there",
  () => new Response("no such file", { status: 404 }),
  async ({ download, asked, path, from, weightsPath }) => {
    await assert.rejects(download(), {
      name: "CheckpointError",
      where: `${from}/${WEIGHTS.file} (the server answers 404 Not Found)`,
      fix: `put that file (${from}/${WEIGHTS.file}, 0.3 MB, SHA-256 ${
        SHA256.slice(0, 8)
      }…) at ${path} by hand`,
    });
    assert.equal(asked.length, 1);
    assert.ok(!await Deno.stat(weightsPath).catch(() => null));
  },
);

testDownload(
  "asks again where the server is at fault, so many times",
  (request, numAsked) =>
    numAsked % 3 === 0
      ? serveRange(request)
      : new Response(null, { status: 503 }),
  async (scene) => {
    await assert.rejects(scene.download({ attempts: 2 }), {
      name: "CheckpointError",
      where: /\(the server answers 503 Service Unavailable; 2 attempts\)$/,
      fix: /^try again later; or put that file /,
    });
    assert.equal(scene.asked.length, 2);
    await scene.download({ attempts: 1 });
    assertWhole(scene);
  },
);

testDownload(
  "says so where two fetch the same file",
  (request) => serveSome(request, 1000, "stall"),
  async ({ download, from, weightsPath }) => {
    const first = downloadWeights(WEIGHTS, { from, weightsPath });
    await first.next();
    await assert.rejects(download(), {
      name: "CheckpointError",
      where: /\.part is in use by another process$/,
    });
    await first.return(undefined as never);
  },
);

testDownload(
  "says so where it cannot write",
  (request) => serveRange(request),
  async ({ download, weightsPath, asked }) => {
    await Deno.writeTextFile(weightsPath, "");
    await assert.rejects(download(), {
      name: "CheckpointError",
      fix: /free disk space, or choose a folder that can be written/,
    });
    assert.deepEqual(asked, []);
  },
);

Deno.test("downloadWeights() asks again where less comes than was promised", () =>
  inFolder(async (weightsPath) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let numAsked = 0;
    const served = (async () => {
      for await (const connection of listener) {
        numAsked++;
        await connection.read(new Uint8Array(2000));
        await connection.write(
          new TextEncoder().encode(
            "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\nshort",
          ),
        );
        connection.close();
      }
    })();
    const from = `http://127.0.0.1:${listener.addr.port}`;
    const settings = { from, weightsPath, ...FAST, attempts: 3 };
    await assert.rejects(drain(downloadWeights(WEIGHTS, settings)), {
      name: "CheckpointError",
      where: /; 3 attempts\)$/,
    });
    assert.equal(numAsked, 3);
    listener.close();
    await served;
  }));

Deno.test("downloadWeights() says what to put where if there is no network", () =>
  inFolder(async (weightsPath) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const from = `http://127.0.0.1:${listener.addr.port}`;
    listener.close(); // nobody listens there now
    const settings = { from, weightsPath, ...FAST };
    await assert.rejects(drain(downloadWeights(WEIGHTS, settings)), {
      name: "CheckpointError",
      where: new RegExp(
        `^${from}/${WEIGHTS.file} \\(.*refused.*; 4 attempts\\)$`,
        "s",
      ),
      fix:
        `try again later; or put that file (${from}/${WEIGHTS.file}, 0.3 MB, SHA-256 ${
          SHA256.slice(0, 8)
        }…) at ${join(weightsPath, WEIGHTS.file)} by hand`,
    });
    assert.deepEqual(listNames(weightsPath), []);
  }));

Deno.test("downloadWeights() names every wrong option", async () => {
  const settings = { from: "ftp://127.0.0.1/", attempts: 0, stallSeconds: 0 };
  await assert.rejects(drain(downloadWeights(WEIGHTS, settings)), {
    name: "OptionsError",
    where: /^from is .*; attempts is 0.*; stallSeconds is 0/,
  });
});
