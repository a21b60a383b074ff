import assert from "node:assert/strict";

const TASK = new URL("../fixtures/tasks/stage.ts", import.meta.url).pathname;

interface Ended {
  code: number;
  out: string;
  err: string;
}

function command(args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-env", TASK, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

function toEnded({ code, stdout, stderr }: Deno.CommandOutput): Ended {
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function run(...args: string[]): Promise<Ended> {
  return toEnded(await command(args).output());
}

Deno.test("runTask() writes the result to standard output and progress to standard error", async () => {
  const { code, out, err } = await run("--up-to", "2");
  assert.equal(code, 0);
  assert.equal(out, "counted to 2\n");
  assert.match(
    err,
    /^count: 0\/2\ncount: 2 in 0\.\d s\ncounted\nclosed the stage\nfreed the task\n$/,
  );
});

Deno.test("runTask() writes one JSON object to standard output with --json", async () => {
  const { code, out, err } = await run("--json");
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), { total: 3 });
  assert.match(err, /counted to 3\n/);
});

Deno.test("runTask() prints the help of the task", async () => {
  const { code, out, err } = await run("--help");
  assert.equal(code, 0);
  assert.match(out, /^Usage: deno task count \[flags\]\n/);
  assert.equal(err, "");
});

Deno.test("runTask() prints three lines and no stack for an error of the library", async () => {
  const { code, out, err } = await run("--fail", "data");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.equal(
    err,
    "DatasetError: Cannot count\n  where: there\n  fix:   do so\n",
  );
});

Deno.test("runTask() prints an error as JSON too with --json", async () => {
  const failed = await run("--json", "--fail", "data");
  assert.equal(failed.code, 1);
  assert.deepEqual(JSON.parse(failed.out), {
    error: {
      name: "DatasetError",
      what: "Cannot count",
      where: "there",
      fix: "do so",
    },
  });
  const misread = await run("--json", "--up-too=1");
  assert.equal(misread.code, 1);
  assert.match(JSON.parse(misread.out).error.where, /did you mean --up-to/);
});

Deno.test("runTask() keeps the stack of a bug", async () => {
  const { code, out, err } = await run("--fail", "bug");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /^This is a bug in Whereabouts/);
  assert.match(err, /\nTypeError: a slip\n\s+at .*stage\.ts/);
});

Deno.test({
  name: "runTask() closes everything after Ctrl-C and exits with 130",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const child = command(["--up-to", "1000"]).spawn();
    const reader = child.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
    let err = "";
    while (!err.includes("count: 0/1000")) err += (await reader.read()).value;
    child.kill("SIGINT");
    for (let part = await reader.read(); !part.done;) {
      err += part.value;
      part = await reader.read();
    }
    await child.stdout.cancel();
    assert.equal((await child.status).code, 130);
    assert.match(
      err,
      /Stopping after this step.*\ncount: stopped at \d+ of 1000 after .*\nclosed the stage\nfreed the task\nStopped by Ctrl-C\n$/,
    );
  },
});
