import assert from "node:assert/strict";
import { type Args, readArgs } from "../../tasks/_args.ts";
import { BOAT, type Groups, SAIL, TRIP } from "./sail_task.ts";

function read(...args: string[]): Args<Groups> {
  return readArgs(args, SAIL);
}

/** Expects an error that lists exactly these problems. */
function refuses(args: string[], ...problems: string[]): void {
  assert.throws(() => read(...args), {
    name: "OptionsError",
    where: problems.join("; "),
    fix: "correct them; deno task sail --help lists every flag",
  });
}

Deno.test("readArgs() returns only the flags given", () => {
  assert.deepEqual(read(), {
    options: { boat: {}, trip: {} },
    positionals: [],
    json: false,
    help: false,
  });
});

Deno.test("readArgs() reads every type, after a space or an equals sign", () => {
  const { options, json } = read(
    ...["--length", "6.5e1", "--num-masts=2", "--rig", "ketch", "--json"],
    ...[
      "--name=a=b c",
      "--stops",
      "1,5,20",
      "--window=0,10",
      "--chart",
      "320x240",
    ],
  );
  assert.deepEqual(options, {
    boat: { length: 65, masts: 2, rig: "ketch" },
    trip: {
      name: "a=b c",
      stops: [1, 5, 20],
      window: [0, 10],
      chart: { width: 320, height: 240 },
    },
  });
  assert.equal(json, true);
});

Deno.test("readArgs() takes negative numbers for values", () => {
  const { trip } =
    read("--window", "-2,-.5", "--stops=-3", "--name", "-1").options;
  assert.deepEqual(trip, { window: [-2, -0.5], stops: [-3], name: "-1" });
});

Deno.test("readArgs() takes --no- and =false for a boolean that is off", () => {
  assert.equal(read("--motor").options.boat.hasMotor, true);
  assert.equal(read("--motor=true").options.boat.hasMotor, true);
  assert.equal(read("--no-motor").options.boat.hasMotor, false);
  assert.equal(read("--motor=false").options.boat.hasMotor, false);
});

Deno.test("readArgs() accepts aliases and option names in any spelling", () => {
  for (
    const name of ["num-masts", "num_masts", "numMasts", "NumMasts", "masts"]
  ) {
    assert.equal(read(`--${name}`, "3").options.boat.masts, 3, name);
  }
  assert.equal(read("--LOA", "3").options.boat.length, 3);
  assert.equal(read("--rig", "SLOOP").options.boat.rig, "sloop");
});

Deno.test("readArgs() takes what follows -- for no flag", () => {
  assert.deepEqual(read("--motor", "--", "--rig").positionals, ["--rig"]);
  assert.deepEqual(read("harbour").positionals, ["harbour"]);
});

Deno.test("readArgs() asks for help whatever else is wrong", () => {
  assert.equal(read("--help").help, true);
  assert.equal(read("--nonsense", "-h", "--length").help, true);
});

Deno.test("readArgs() lists everything that is wrong at once", () => {
  refuses(
    [
      ...[
        "--lenght",
        "3",
        "--num-masts",
        "two",
        "--stops",
        "1,,2",
        "--window=1",
      ],
      ...[
        "--chart",
        "320",
        "--rig",
        "raft",
        "--motor=maybe",
        "--name",
        "--json",
      ],
      ...["here", "there", "-x"],
    ],
    "--lenght is not a flag (did you mean --length?)",
    '--motor "maybe" is not true or false',
    "-x is not a flag",
    '--num-masts "two" is not an integer',
    '--rig "raft" is not one of sloop, ketch',
    "--name has no value",
    '--stops "1,,2" is not a list of integers between commas, such as 1,5,10',
    '--window "1" is not two numbers, such as 0,10',
    '--chart "320" is not a width and a height in pixels, such as 320x240',
    '"there" belongs to no flag',
  );
});

Deno.test("readArgs() refuses numbers that are not decimal, whole or finite", () => {
  for (const text of ["0x10", "1e999", "NaN", "Infinity", "1,5", "fast"]) {
    refuses([`--length=${text}`], `--length "${text}" is not a number`);
  }
  for (const text of ["1.5", "1e3", "99999999999999999999"]) {
    refuses([`--num-masts=${text}`], `--num-masts "${text}" is not an integer`);
  }
});

Deno.test("readArgs() applies the library's rules", () => {
  refuses(
    ["--length", "-1", "--num-masts", "0"],
    "--length is -1, must be a number > 0",
    "--num-masts is 0, must be an integer >= 1",
  );
});

Deno.test("readArgs() refuses a flag given twice, under any of its names", () => {
  refuses(["--length=1", "--loa=2"], "--length is given 2 times");
  refuses(["--motor", "--no-motor", "--motor"], "--motor is given 3 times");
});

Deno.test("readArgs() refuses flags without their value", () => {
  refuses(["--length"], "--length has no value");
  refuses(["--length="], "--length has no value");
  refuses(["--length", "--motor"], "--length has no value");
});

Deno.test("readArgs() names a flag that is missing", () => {
  const { length } = BOAT.flags;
  const flags = { ...BOAT.flags, length: { ...length, required: true } };
  const spec = { ...SAIL, groups: { boat: { ...BOAT, flags }, trip: TRIP } };
  assert.throws(() => readArgs(["--stops=x"], spec), {
    where: /^--length NUMBER is missing; --stops "x" is not a list/,
  });
});

Deno.test("readArgs() lists flags that do not go together with all else", () => {
  refuses(
    ["--motor", "--num-masts=2", "--length=x"],
    '--length "x" is not a number',
    "--motor and --num-masts exclude each other",
  );
});

Deno.test("readArgs() puts contradictions that the library finds into flags", () => {
  refuses(["--rig=sloop", "--masts=2"], "--num-masts is for a ketch");
  refuses(["--num-masts=0.5"], '--num-masts "0.5" is not an integer');
});

Deno.test("readArgs() leaves contradictions to the library where a run supplies other options", () => {
  const { rig } = BOAT.flags;
  const flags = { ...BOAT.flags, rig: { ...rig, suppliesOthers: true } };
  const spec = { ...SAIL, groups: { boat: { ...BOAT, flags }, trip: TRIP } };
  const { options } = readArgs(["--rig=sloop", "--masts=2"], spec);
  assert.deepEqual(options.boat, { rig: "sloop", masts: 2 });
});

Deno.test("readArgs() takes names of built-in properties for unknown flags", () => {
  refuses(["--toString"], "--toString is not a flag");
  refuses(["--__proto__=1"], "--__proto__ is not a flag");
  refuses(["-length", "3"], "-length is not a flag (did you mean --length?)");
  refuses(
    ["--no-length"],
    "--no-length is not a flag (did you mean --length?)",
  );
});

Deno.test("readArgs() says what replaces the flags of pytorch-NetVlad that are gone", () => {
  const answers = {
    "--nocuda": /^--nocuda: --engine selects/,
    "--nGPU 2": /^--nGPU: --engine selects/,
    "--ngpu=2": /^--ngpu: --engine selects/,
    "--mode train": /^--mode: each mode is a task/,
    "--start-epoch 3": /^--start-epoch: --resume continues/,
    "--start_epoch 3": /^--start_epoch: --resume continues/,
    "--savePath checkpoints": /^--savePath: .*--runs-path/,
    "--dataPath data": /^--dataPath: .*--centroids-path/,
  };
  for (const [text, where] of Object.entries(answers)) {
    assert.throws(
      () => readArgs(text.split(" "), { ...SAIL, positionals: [] }),
      {
        name: "OptionsError",
        where,
      },
      text,
    );
  }
});
