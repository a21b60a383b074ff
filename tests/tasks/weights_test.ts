import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../in_folder.ts";
import { CONTENT, withServer } from "../model/weights/serve_weights.ts";
import { refuse, runTask } from "./refuse.ts";

const FILES = ["--allow-read", "--allow-write"];
const LOOPBACK = [...FILES, "--allow-net=127.0.0.1"];

Deno.test("weights lists what there is and what is there, without a network", () =>
  inFolder(async (cwd) => {
    const folder = join(cwd, "some");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "resnet18-f37072fd.pth"), "");
    const { code, out } = await runTask(
      ["weights", "--weights-path", folder],
      { cwd, allow: FILES },
    );
    assert.equal(code, 0);
    assert.deepEqual(out.split("\n"), [
      "vgg16         vgg16-397923af.pth           553.4 MB  -",
      "vgg16_bn      vgg16_bn-6c64b313.pth        553.5 MB  -",
      "alexnet       alexnet-owt-7be5be79.pth     244.4 MB  -",
      "squeezenet1_1 squeezenet1_1-b8a52dc0.pth     5.0 MB  -",
      "resnet18      resnet18-f37072fd.pth         46.8 MB  there",
      "resnet50      resnet50-0676ba61.pth        102.5 MB  -",
      `\`deno task weights NAME\` downloads one to ${folder}/`,
      "",
    ]);
    const { out: json } = await runTask(["weights", "--json"], {
      cwd,
      allow: FILES,
    });
    const { weights } = JSON.parse(json);
    assert.deepEqual(weights[3], {
      ...{ arch: "squeezenet1_1", file: "squeezenet1_1-b8a52dc0.pth" },
      ...{ megabytes: 5, path: join("weights", "squeezenet1_1-b8a52dc0.pth") },
      state: "missing",
    });
  }));

Deno.test("weights refuses what it cannot fetch, and says what to put where", () =>
  withServer(
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/models/alexnet")) return new Response(CONTENT);
      const location = "http://127.0.0.2:8080/elsewhere";
      return new Response(null, { status: 302, headers: { location } });
    },
    ({ from }) =>
      refuse({
        args: ["weights", "vgg"],
        what: /^OptionsError: Cannot find published weights/,
        where: /^vgg$/,
        fix: /^take one of vgg16, /,
      }, {
        args: ["weights", "vgg16"],
        what: /^CheckpointError: Cannot download the weights of vgg16$/,
        where: /\(this process may not reach download\.pytorch\.org\)$/,
        fix:
          /^allow it with --allow-net=download\.pytorch\.org; or put that file \(.*, 553\.4 MB, SHA-256 397923af…\) at weights\/vgg16-397923af\.pth by hand$/,
        surroundings: { allow: LOOPBACK },
      }, {
        args: ["weights", "alexnet", "--from", from],
        what: /^CheckpointError: Cannot take what was downloaded for weights/,
        where: /alexnet-owt-7be5be79\.pth has the SHA-256 .*7be5be79…$/,
        fix: /^download it from elsewhere, or put that file /,
        surroundings: { allow: LOOPBACK },
      }, {
        args: ["weights", "resnet18", "--from", from],
        what: /^CheckpointError: Cannot download the weights of resnet18$/,
        where: /\(this process may not reach 127\.0\.0\.2:8080\)$/,
        fix: /^allow it with --allow-net=127\.0\.0\.2:8080; or /,
        surroundings: { allow: LOOPBACK },
      }, {
        args: ["weights", "vgg16", "--from", "here", "--attempts", "0"],
        what: /^OptionsError: /,
        where: /--from is "?here.*--attempts is 0/,
        fix: /./,
      }),
  ));
