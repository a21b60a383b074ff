import assert from "node:assert/strict";
import { openReport } from "../../lib/explore/open_report.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { withModel } from "../evaluate/evaluate_small_model.ts";
import { explore, sendPhoto, withReport } from "./explore_tiny_city.ts";
import { sendRaw } from "./raw_request.ts";

testOnWasm(
  "exploreReport() answers no other name, and no page of another site",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder) =>
          explore(model, folder, async (url) => {
            const { host, port } = new URL(url);
            for (const name of ["127.0.0.1", "localhost", "[::1]"]) {
              const headers = { Host: `${name}:${port}` };
              assert.equal((await sendRaw(url, { headers })).status, 200);
            }
            const names = [
              "example.org",
              `example.org:${port}`,
              "127.0.0.1",
              "",
            ];
            for (const name of names) {
              const { status, text } = await sendRaw(url, {
                headers: { Host: name },
              });
              assert.ok(status === 403 || status === 400, `${name} ${status}`);
              assert.ok(!text.includes("<html"));
            }
            const foreign = [
              { Origin: "https://example.org" },
              { Origin: "null" },
              { Origin: `http://localhost:${Number(port) + 1}` },
              { "Sec-Fetch-Site": "cross-site" },
            ];
            const post = {
              method: "POST",
              target: "/locate",
              body: "no photo",
            };
            for (const headers of foreign) {
              assert.equal(
                (await sendRaw(url, { ...post, headers })).status,
                403,
              );
            }
            const own = {
              Origin: `http://${host}`,
              "Sec-Fetch-Site": "same-origin",
            };
            assert.equal(
              (await sendRaw(url, { ...post, headers: own })).status,
              422,
            );
          })),
    ),
);

testOnWasm(
  "exploreReport() serves images by their row, nothing else of the disk, and tells browsers to be strict",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, async (folder, { dataset }) => {
          const report = await openReport(folder);
          await Deno.writeTextFile(`${folder}/secret.txt`, "secret");
          const { queries } = report.data.gallery;
          (queries.paths as string[])[1] = "secret.txt";
          (queries.paths as string[])[2] = "..";
          await explore(model, folder, async (url) => {
            const image = await fetch(`${url}images/query/0`);
            assert.equal(image.headers.get("content-type"), "image/jpeg");
            assert.deepEqual(
              await image.bytes(),
              await Deno.readFile(dataset.queries.paths[0]!),
            );
            const targets = [
              ...["/images/query/1", "/images/query/2", "/images/query/10"],
              ...[
                "/images/query/-1",
                "/images/other/0",
                "/images/query/0/../1",
              ],
              ...["/..%2f..%2fetc/passwd", "/../../etc/passwd", "/report.html"],
              ...[
                "/secret.txt",
                "/images/query/..%2fsecret.txt",
                "/flags.json",
              ],
              ...["/locate/image/15", "/locate/image/%00", "//", "/%"],
            ];
            for (const target of targets) {
              const { status, text } = await sendRaw(url, { target });
              assert.equal(status, 404, target);
              assert.ok(
                !/secret\W|root:/.test(text.split("\r\n\r\n")[1]!),
                text,
              );
            }
            for (const path of ["", "locate", "locate/image/3", "missing"]) {
              const { headers, body } = await fetch(`${url}${path}`);
              await body?.cancel();
              const policy = headers.get("content-security-policy")!;
              assert.match(
                policy,
                /default-src 'none'.*frame-ancestors 'none'/,
              );
              assert.ok(!/script-src[^;]*unsafe/.test(policy));
              assert.equal(headers.get("x-content-type-options"), "nosniff");
              assert.equal(headers.get("referrer-policy"), "no-referrer");
              assert.equal(
                headers.get("cross-origin-resource-policy"),
                "same-origin",
              );
            }
          }, { report });
        }),
    ),
);

testOnWasm(
  "exploreReport() takes nothing but GET, HEAD, and POST where a photo goes",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder) =>
          explore(model, folder, async (url) => {
            for (const method of ["PUT", "DELETE", "OPTIONS", "POST"]) {
              const { status, text } = await sendRaw(url, { method });
              assert.equal(status, 405);
              assert.match(text, /\r\nAllow: GET, HEAD\r\n/i);
            }
            const head = await sendRaw(url, { method: "HEAD" });
            assert.equal(head.status, 200);
            assert.ok(!head.text.includes("<html"));
          })),
    ),
);

testOnWasm(
  "exploreReport() reads no body that is too long, too slow or cut off, and answers others meanwhile",
  (engine) =>
    withModel(
      engine,
      (model) =>
        withReport(model, (folder, { dataset }) =>
          explore(model, folder, async (url) => {
            const post = { method: "POST", target: "/locate" };
            const told = await sendRaw(url, {
              ...post,
              headers: { "Content-Length": "99999999999" },
            });
            assert.equal(told.status, 413);
            const streamed = await sendRaw(url, {
              ...post,
              headers: { "Transfer-Encoding": "chunked" },
              body: `3000\r\n${"x".repeat(0x3000)}\r\n`.repeat(3),
            });
            assert.ok([413, 400].includes(streamed.status), streamed.text);
            const chunked = await fetch(`${url}locate`, {
              method: "POST",
              body: endless(),
            }).then(({ status, body }) =>
              body?.cancel().then(() => status)
            )
              .catch(() => "cut");
            assert.ok(chunked === 413 || chunked === "cut", String(chunked));
            const slow = sendRaw(url, {
              ...post,
              headers: { "Content-Length": "100" },
              body: "begins",
            });
            const photo = await Deno.readFile(dataset.queries.paths[0]!);
            assert.equal((await sendPhoto(url, photo)).status, 200);
            assert.equal((await slow).status, 408);
          }, { limits: { bytes: 20_000, milliseconds: 700 } })),
    ),
);

/** A body that does not end. */
function endless(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1 << 14)),
  });
}
