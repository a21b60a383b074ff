import assert from "node:assert/strict";
import { join } from "node:path";
import onnxProto from "onnx-proto";
import { formatCommand, listDenoArgs } from "../../tasks/_sandbox_command.ts";
import { findGrants } from "../../tasks/_sandbox_grants.ts";
import { readArgs } from "../../tasks/_args.ts";
import { TEST_SPEC } from "../../tasks/_test_spec.ts";
import { inFolder } from "../in_folder.ts";
import { makeStranger, writeModel } from "../model/make_stranger.ts";
import { tinyCity } from "../tiny_city.ts";
import { refuse } from "./refuse.ts";
import { type CommandEnd, runCommand, runForJson } from "./run_command.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const WASM = ["--engine", "wasm", "--engine-threads", "1", "--threads", "1"];

/** What is granted for a command line. */
async function grantsOf(...args: string[]): Promise<string> {
  const { read, write } = await findGrants(
    readArgs(args, TEST_SPEC).options,
    "OUT",
  );
  return `${read} | ${write}`;
}

Deno.test("findGrants() reads what the flags name, and writes where the results go", async () => {
  const data = ["--data-path", "d"];
  const csv = ["--dataset", "csv", "--positions", "c/p.csv"];
  const frames = ["--dataset", "frames", "--database", "a", "--queries", "b"];
  const demo = ["--dataset", "demo", "--data-path", "demo/city"];
  const cases: [string[], string][] = [
    [[...data, "--onnx", "m.onnx"], "d,m.onnx | OUT"],
    [[...data, "--resume", "run"], "d,run | OUT"],
    [[...data, "--weights", "w.pth", "--pooling", "avg"], "d,w.pth | OUT"],
    [[...data, "--centroids", "c.h5"], "d,c.h5 | OUT"],
    [[...data], "d | OUT,centroids"],
    [[...data, "--centroids-path", "e"], "d | OUT,e"],
    [[...data, "--resume", "r", "--cache-path", "t"], "d,r | OUT,t"],
    [[...csv, "--onnx", "m"], "c/p.csv,c,m | OUT"],
    [[...csv, ...data, "--onnx", "m"], "c/p.csv,d,m | OUT"],
    [[...frames, ...data, "--onnx", "m"], "d/a,d/b,m | OUT"],
    [[...demo, "--onnx", "m"], "demo/city,m | OUT"],
  ];
  for (const [args, expected] of cases) {
    assert.equal(await grantsOf(...args), expected);
  }
});

Deno.test("formatCommand() writes what a shell reads as it was", async () => {
  const paths = ["it's here", "$HOME", "~/a b", "*", "d;e", "back\\slash"];
  const args = listDenoArgs({ read: paths, write: ["o"] }, ["--onnx", "x y"]);
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", formatCommand(args).replace(/^deno/, "printf '%s\\n'")],
  }).output();
  const words = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  assert.deepEqual(words, args);
});

/** The command that `sandbox` printed. */
function findCommand(err: string): string {
  const [command] = err.match(/^deno run .*\\\n(?: .*\\\n)* .*$/m) ?? [];
  assert.ok(command, err);
  return command;
}

/** Runs a command in a shell, in the folder of the project. */
async function paste(command: string): Promise<CommandEnd> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("sandbox evaluates a stranger's model, and so does its command, which holds every attempt to do more", () =>
  inFolder(async (folder) => {
    const onnx = await writeModel(folder, makeStranger(), "a stranger's.onnx");
    const args = [
      ...["--onnx", onnx, "--data-path", await tinyCity(), "--split", "test"],
      ...["--runs-path", join(folder, "runs"), ...WASM],
    ];
    const { json, err } = await runForJson("sandbox", ...args);
    const own = await runForJson("test", ...args);
    assert.deepEqual(json.recall, own.json.recall);
    assert.equal(json.onnx.sha256, own.json.onnx.sha256);
    assert.match(json.output, /\/runs\/\w{3}\d\d_\d\d-\d\d-\d\d_sandbox$/);
    assert.deepEqual(
      err.match(/^may .*/gm)!.slice(1, -1),
      [
        `may read   ${await tinyCity()}`,
        `may read   ${onnx}`,
        `may write  ${json.output}`,
      ],
    );

    const command = findCommand(err);
    const { code, out, err: told } = await paste(
      command.replace(
        "tasks/test.ts",
        "--unstable-worker-options tests/tasks/escape_attempts.ts",
      ),
    );
    assert.equal(code, 0, told);
    const [summary, ends] = out.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(summary.recall, json.recall);
    const escaped = Object.keys(ends).filter((name) => ends[name] !== "held");
    assert.deepEqual(escaped, []);
  }));

Deno.test("sandbox refuses what it cannot hold", () =>
  inFolder(async (folder) => {
    const data = ["--data-path", await tinyCity(), "--pooling", "avg"];
    await refuse(
      {
        args: ["sandbox", ...data, "--engine", "native"],
        what: /^OptionsError: Cannot sandbox with these flags$/,
        where: /^--engine native is machine code, .*: take wasm or webgpu$/,
        fix: /deno task sandbox --help/,
      },
      {
        args: ["sandbox", "--data-path", "a,b", "--pooling", "avg", ...WASM],
        what: /^OptionsError: Cannot grant access to paths with a comma$/,
        where: /^a,b$/,
        fix: /make a link without one/,
      },
      {
        args: ["sandbox", "--resume", "run", ...WASM],
        what: /^OptionsError: Cannot read a dataset with these options$/,
        where: /^--data-path is missing/,
        fix: /./,
      },
    );
    await Deno.symlink("/", join(folder, "everything"));
    await Deno.mkdir(join(folder, "database"));
    await Deno.symlink("..", join(folder, "database", "again"));
    const { code, out, err } = await runCommand(
      "sandbox",
      ...["--data-path", folder, "--pooling", "avg", ...WASM, "--json"],
    );
    assert.equal(code, 1);
    const { error } = JSON.parse(out);
    assert.equal(error.name, "DatasetError");
    assert.equal(error.where, `${join(folder, "everything")} → /`);
    assert.match(findCommand(err), /--data-path/);
  }));

/** A model that says its weights are in a file of the computer. */
function makeThief(): Uint8Array {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(makeStranger());
  model.graph!.initializer!.push({
    name: "w",
    dims: [1],
    dataType: 1,
    dataLocation: 1,
    externalData: [{ key: "location", value: "../../../../etc/passwd" }],
  });
  return ModelProto.encode(model).finish();
}

Deno.test("sandbox lets neither a model nor a dataset name files elsewhere", () =>
  inFolder(async (folder) => {
    const city = await tinyCity();
    const [photo] = [...Deno.readDirSync(join(city, "test"))];
    const secret = join(folder, "secret.jpg");
    await Deno.copyFile(join(city, "test", photo!.name), secret);
    await Deno.mkdir(join(folder, "data"));
    const positions = join(folder, "data", "positions.csv");
    await Deno.writeTextFile(
      positions,
      "image,easting,northing,role\n../secret.jpg,0,0,database\n../secret.jpg,0,0,query\n",
    );
    const thief = await writeModel(folder, makeThief(), "thief.onnx");
    const honest = await writeModel(folder, makeStranger());
    const csv = ["--dataset", "csv", "--positions", positions];
    const runs = ["--runs-path", join(folder, "runs"), ...WASM, "--json"];
    const [model, dataset, trusted] = await Promise.all([
      runCommand("sandbox", ...csv, "--onnx", honest, ...runs),
      runCommand("sandbox", "--data-path", city, "--onnx", thief, ...runs),
      runCommand("test", ...csv, "--onnx", honest, ...runs),
    ]);
    const errors = [model, dataset].map(({ code, out }) => {
      assert.equal(code, 1);
      return JSON.parse(out).error;
    });
    assert.equal(errors[0].name, "DatasetError");
    assert.match(errors[0].where, /Requires read access to ".*secret\.jpg"/);
    assert.equal(
      errors[1].what,
      "Cannot read an ONNX model without its weights",
    );
    assert.match(errors[1].where, /etc\/passwd/);
    assert.equal(trusted.code, 0, trusted.err);
  }));

Deno.test("sandbox ends as an evaluation does that is asked to stop", () =>
  inFolder(async (folder) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["task", "--quiet", "sandbox", "--data-path", await tinyCity()],
        ...["--arch", "alexnet", "--pooling", "avg", "--describe-batch", "1"],
        ...["--runs-path", folder, ...WASM],
      ],
      cwd: ROOT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let err = "";
    for await (
      const text of child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      if (!/^engine: /m.test(err) && /^engine: /m.test(err + text)) {
        child.kill("SIGINT");
      }
      err += text;
    }
    assert.equal((await child.status).code, 130, err);
    assert.match(err, /^Stopped by Ctrl-C$/m);
  }));
