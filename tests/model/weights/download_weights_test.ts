import assert from "node:assert/strict";
import { join } from "node:path";
import {
  downloadWeights,
  listPublishedWeights,
} from "../../../lib/model/weights/download_weights.ts";
import { drain } from "../../../lib/progress.ts";
import { inFolder } from "../../in_folder.ts";
import { CONTENT, serveRange, serveSome, WEIGHTS } from "./serve_weights.ts";
import {
  assertWhole,
  FAST,
  listNames,
  listNotes,
  PATH,
  SHA256,
  testDownload,
} from "./test_download.ts";

testDownload(
  "fetches a file, tells of bytes, and does nothing the second time",
  (request) => serveRange(request),
  async (scene) => {
    const { download, asked, events, path, from } = scene;
    const found = {
      ...{ path, url: `${from}/${WEIGHTS.file}`, sha256: SHA256 },
      numBytes: CONTENT.length,
    };
    assert.deepEqual(await download(), { ...found, wasThere: false });
    assertWhole(scene);
    const steps = events.filter((event) => event.kind === "progress");
    assert.ok(steps.length > 2);
    assert.deepEqual(steps[0], {
      ...{ kind: "progress", phase: `download ${WEIGHTS.file}` },
      ...{ done: 0, total: CONTENT.length, unit: "bytes" },
    });
    assert.equal(steps.at(-1)!.done, CONTENT.length);
    assert.ok(steps.every(({ done }, i) => done >= (steps[i - 1]?.done ?? 0)));
    assert.deepEqual(await download(), { ...found, wasThere: true });
    assert.deepEqual(asked, [PATH]);
  },
);

testDownload(
  "goes on where a connection broke, or stalled",
  (request, numAsked) =>
    numAsked < 3
      ? serveSome(request, 100_000, numAsked === 1 ? "break" : "stall")
      : serveRange(request),
  async (scene) => {
    await scene.download({ stallSeconds: 0.2 });
    assertWhole(scene);
    assert.deepEqual(scene.asked, [
      PATH,
      `${PATH} bytes=100000-`,
      `${PATH} bytes=200000-`,
    ]);
    const [broken, stalled] = listNotes(scene);
    assert.match(broken!, /; trying again in 0\.001 s$/);
    assert.equal(stalled, "nothing came for 0.2 s; trying again in 0.002 s");
  },
);

testDownload(
  "keeps what came when it is ended, and goes on from it",
  (request, numAsked) =>
    numAsked === 1 ? serveSome(request, 100_000, "stall") : serveRange(request),
  async (scene) => {
    const { download, asked, weightsPath, from } = scene;
    const controller = new AbortController();
    const stage = downloadWeights(WEIGHTS, {
      ...{ from, weightsPath, ...FAST },
      signal: controller.signal,
    });
    const ended = drain(stage, (event) => {
      const hasCome = event.kind === "progress" && event.done === 100_000;
      if (hasCome) setTimeout(() => controller.abort(new Error("Ctrl-C")));
    });
    await assert.rejects(ended, { message: "Ctrl-C" });
    assert.deepEqual(listNames(weightsPath), [`${WEIGHTS.file}.part`]);
    await download();
    assertWhole(scene);
    assert.deepEqual(asked, [PATH, `${PATH} bytes=100000-`]);
  },
);

testDownload(
  "keeps what came when its events are not asked for any more",
  (request) => serveRange(request),
  async (scene) => {
    const { from, weightsPath } = scene;
    for await (
      const event of downloadWeights(WEIGHTS, { from, weightsPath, ...FAST })
    ) if (event.kind === "progress" && event.done > 0) break;
    const [name] = listNames(weightsPath);
    assert.equal(name, `${WEIGHTS.file}.part`);
    const { size } = await Deno.stat(join(weightsPath, name!));
    assert.ok(size > 0 && size < CONTENT.length);
    await scene.download();
    assertWhole(scene);
    assert.equal(scene.asked[1], `${PATH} bytes=${size}-`);
  },
);

testDownload(
  "fetches anew, once, what is damaged",
  (request) => serveRange(request),
  async (scene) => {
    const { path, weightsPath, asked, download } = scene;
    await Deno.mkdir(weightsPath);
    for (const length of [1000, CONTENT.length, CONTENT.length + 1000]) {
      asked.length = 0;
      await Deno.writeFile(`${path}.part`, new Uint8Array(length));
      await download();
      assertWhole(scene);
      assert.deepEqual(asked, [`${PATH} bytes=${length}-`, PATH]);
      await Deno.remove(path);
    }
    assert.deepEqual(
      listNotes(scene),
      Array(3).fill(
        "what was there of the file is damaged: it is fetched anew",
      ),
    );
  },
);

testDownload(
  "needs no network for a part that is whole",
  (request) => serveRange(request),
  async (scene) => {
    await Deno.mkdir(scene.weightsPath);
    await Deno.writeFile(`${scene.path}.part`, CONTENT);
    await scene.download();
    assertWhole(scene);
    assert.deepEqual(scene.asked, []);
  },
);

testDownload(
  "takes the whole file of a server that sends no parts",
  (_, numAsked) =>
    numAsked === 1
      ? serveSome(new Request("http://127.0.0.1/"), 100_000, "break")
      : new Response(CONTENT),
  async (scene) => {
    await scene.download();
    assertWhole(scene);
    assert.deepEqual(scene.asked, [PATH, `${PATH} bytes=100000-`]);
  },
);

testDownload(
  "takes a file whose size the server does not tell",
  () => new Response(ReadableStream.from([CONTENT.slice()])),
  async (scene) => {
    await scene.download();
    assertWhole(scene);
    const last = scene.events.at(-1)!;
    assert.ok(last.kind === "progress" && last.done === CONTENT.length);
  },
);

Deno.test("listPublishedWeights() says which are there, and which in part", () =>
  inFolder(async (weightsPath) => {
    await Deno.writeTextFile(join(weightsPath, "vgg16-397923af.pth"), "");
    await Deno.writeTextFile(
      join(weightsPath, "resnet18-f37072fd.pth.part"),
      "",
    );
    const listed = await listPublishedWeights({ weightsPath });
    assert.deepEqual(listed.map(({ arch, state }) => [arch, state]), [
      ["vgg16", "there"],
      ["vgg16_bn", "missing"],
      ["alexnet", "missing"],
      ["squeezenet1_1", "missing"],
      ["resnet18", "part"],
      ["resnet50", "missing"],
    ]);
  }));
