import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadWeights } from "../../../lib/model/weights/download_weights.ts";
import { resolveRedirect } from "../../../lib/model/weights/request_file.ts";
import { drain } from "../../../lib/progress.ts";
import { inFolder } from "../../in_folder.ts";
import { CONTENT, serveRange, WEIGHTS, withServer } from "./serve_weights.ts";

/** Downloads from a server that answers all but `/data/…` with a redirect. */
function redirect(
  locate: (url: URL) => string,
  act: (
    download: () => Promise<unknown>,
    weightsPath: string,
    asked: string[],
  ) => Promise<void>,
): Promise<void> {
  return inFolder((weightsPath) =>
    withServer((request) => {
      const url = new URL(request.url);
      if (url.pathname.startsWith("/data/")) return serveRange(request);
      const location = locate(url);
      return new Response(null, { status: 302, headers: { location } });
    }, ({ from, asked }) => {
      const settings = { from, weightsPath, retrySeconds: 0 };
      const download = (): Promise<unknown> =>
        drain(downloadWeights(WEIGHTS, settings));
      return act(download, weightsPath, asked);
    })
  );
}

Deno.test("downloadWeights() follows redirects, relative and absolute", async () => {
  for (
    const locate of [
      () => "../data/weights",
      (url: URL) => `${url.origin}/data/weights`,
      ({ pathname }: URL) => pathname === "/again" ? "/data/weights" : "/again",
    ]
  ) {
    await redirect(locate, async (download, weightsPath) => {
      await download();
      assert.deepEqual(
        Deno.readFileSync(join(weightsPath, WEIGHTS.file)),
        CONTENT,
      );
    });
  }
});

Deno.test("downloadWeights() ends a loop of redirects", () =>
  redirect(({ pathname }) => pathname, async (download, _, asked) => {
    await assert.rejects(download(), {
      name: "CheckpointError",
      where: /\(more than 10 redirects\)$/,
    });
    assert.equal(asked.length, 11);
  }));

Deno.test("downloadWeights() follows no redirect to another scheme", () =>
  redirect(() => "file:///etc/passwd", async (download, _, asked) => {
    await assert.rejects(download(), {
      name: "CheckpointError",
      where: /\(a redirect to file:\/\/\/etc\/passwd\)$/,
    });
    assert.equal(asked.length, 1);
  }));

Deno.test("resolveRedirect() does not leave https for http", () => {
  const secure = new URL("https://host.example/models/a.pth");
  assert.equal(
    resolveRedirect("https://other.example/b", secure).href,
    "https://other.example/b",
  );
  assert.equal(resolveRedirect("//other.example/b", secure).protocol, "https:");
  assert.throws(() => resolveRedirect("http://host.example/a", secure), {
    message: "a redirect to http://host.example/a, which is not safe",
  });
});
