import assert from "node:assert/strict";
import { basename, dirname, join, normalize } from "node:path";

const FOUNDATION = ["lib", "lib/engine"];
const PARTS = [...FOUNDATION, "lib/data", "lib/model", "lib/search"];
const STAGES = ["lib/describe", "lib/evaluate", "lib/train"];
const BREADTH = ["lib/whiten", "lib/rank"];
const LOOKS = ["lib/plot", "lib/report", "lib/explore", "lib/doctor"];

/** What each folder may import from inside the project, besides itself; see docs/architecture.md. */
const ALLOWED: Record<string, readonly string[]> = {
  "lib": [],
  "lib/engine": ["lib"],
  "lib/data": FOUNDATION,
  "lib/model": FOUNDATION,
  "lib/search": FOUNDATION,
  "lib/describe": PARTS,
  "lib/evaluate": [...PARTS, "lib/describe"],
  "lib/train": [...PARTS, "lib/describe", "lib/evaluate"],
  "lib/whiten": [...PARTS, "lib/describe"],
  "lib/rank": [...PARTS, "lib/describe", "lib/evaluate", "lib/whiten"],
  "lib/plot": ["lib"],
  "lib/report": [...PARTS, "lib/describe", "lib/evaluate", "lib/plot"],
  "lib/explore": [
    ...PARTS,
    "lib/describe",
    "lib/evaluate",
    "lib/plot",
    "lib/report",
  ],
  "lib/doctor": [...PARTS, ...STAGES],
  "lib/compat": ["lib", "lib/data", "lib/model", "lib/evaluate", "lib/train"],
  "lib/parity": [...PARTS, ...STAGES, "lib/whiten"],
  ".": [...PARTS, ...STAGES, ...BREADTH, "lib/compat", "lib/parity", ...LOOKS], // mod.ts
  "tasks": ["."],
};

/** The one folder that knows each package; what is not listed may not be imported. */
const PACKAGES: Record<string, string> = {
  "@cwasm/jpeg-turbo": "lib/data",
  "@cwasm/lodepng": "lib/data",
  "@cwasm/webp": "lib/data",
  "@jsquash/jpeg": "lib/data",
  "@observablehq/plot": "lib/plot",
  "@tensorflow/tfjs": "lib/engine",
  "@tensorflow/tfjs-backend-wasm": "lib/engine",
  "@tensorflow/tfjs-backend-webgpu": "lib/engine",
  "cli-progress": "tasks",
  "csv-parse": "lib/data",
  "h5wasm": "lib",
  "kdbush": "lib/data",
  "linkedom": "lib/plot",
  "onnx-proto": "lib/engine",
  "onnxruntime-web": "lib/engine",
  "pure-rand": "lib",
};

/** Packages that only tests import. */
const TEST_PACKAGES = ["fast-check", "playwright-core", "wabt"];

const MAX_LINES = 300;
const MAX_TASK_LINES = 80;

/** What XML calls SVG: a name that nothing is loaded from. */
const XML_NAME = "http://www.w3.org/2000/svg";

/** What `deno task weights` downloads from. */
const WEIGHTS_URL = "https://download.pytorch.org/models/";

const ROOT = new URL("../", import.meta.url).pathname;

interface Module {
  /** Path from the root of the project. */
  file: string;
  text: string;
  /** Text without comments. */
  code: string;
}

const MODULES: readonly Module[] = [
  "mod.ts",
  ...listCode("lib"),
  ...listCode("tasks"),
]
  .map((file) => {
    const text = Deno.readTextFileSync(join(ROOT, file));
    return { file, text, code: withoutComments(text) };
  });

function listCode(folder: string): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(
    ({ name, isDirectory }) => {
      if (name === "node_modules") return [];
      const path = join(folder, name);
      if (isDirectory) return listCode(path);
      return /\.[jt]s$/.test(name) ? [path] : [];
    },
  );
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*$/gm, "");
}

/** What a module imports, types and workers included, as written. */
function readImports({ code }: Module): string[] {
  const patterns = [
    /\bfrom\s*"([^"\s]+)"/g,
    /\bimport\s*\(?\s*"([^"\s]+)"/g,
    /\bnew URL\(\s*"([^"]+\.[jt]s)",\s*import\.meta\.url/g,
  ];
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, name]) => name!)
  );
}

/** The modules of the project that a module imports. */
function readInnerImports(module: Module): string[] {
  return readImports(module)
    .filter((name) => name.startsWith("."))
    .map((name) => normalize(join(dirname(module.file), name)));
}

/** The packages that a module imports; Deno's own `node:` modules are none. */
function readPackages(module: Module): string[] {
  return readImports(module)
    .filter((name) => !name.startsWith(".") && !name.startsWith("node:"))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}

/** The folder of the table that a file belongs to: folders inside one of `lib/` are part of it. */
function folderOf(file: string): string {
  const [top = "", inner, more] = file.split("/");
  if (inner === undefined) return ".";
  return more === undefined ? top : `${top}/${inner}`;
}

/** One line for each module that breaks a rule. */
function listBreaches(
  breachesOf: (module: Module) => string[],
): string[] {
  return MODULES.flatMap((module) =>
    breachesOf(module).map((breach) => `${module.file} ${breach}`)
  );
}

Deno.test("imports follow the dependency rules", () => {
  const breaches = listBreaches((module) => {
    const from = folderOf(module.file);
    return readInnerImports(module)
      .filter((target) => {
        const to = folderOf(target);
        return to !== from && !ALLOWED[from]?.includes(to);
      })
      .map((target) =>
        `imports ${target}, but ${from} may import only [${ALLOWED[from]}]`
      );
  });
  assert.deepEqual(breaches, []);
});

Deno.test("there are no import cycles, not even of types", () => {
  const byFile = new Map(MODULES.map((module) => [module.file, module]));
  const done = new Set<string>();
  function visit(file: string, path: string[]): void {
    assert.ok(!path.includes(file), [...path, file].join(" imports "));
    if (done.has(file) || /\.(wasm|css)$/.test(file)) return; // these import nothing of ours
    const module = byFile.get(file);
    assert.ok(module, `${path.at(-1)} imports ${file}, which is not there`);
    for (const target of readInnerImports(module)) {
      visit(target, [...path, file]);
    }
    done.add(file);
  }
  for (const { file } of MODULES) visit(file, []);
});

Deno.test("each package is known to one folder", () => {
  const breaches = listBreaches((module) =>
    readPackages(module)
      .filter((name) => PACKAGES[name] !== folderOf(module.file))
      .map((name) => `imports ${name}, which is for ${PACKAGES[name]} alone`)
  );
  assert.deepEqual(breaches, []);
});

Deno.test("each package of deno.json is used, pinned and explained", () => {
  const config = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json")));
  const imports = config.imports as Record<string, string>;
  const used = new Set(MODULES.flatMap(readPackages));
  assert.deepEqual(
    Object.keys(imports).sort(),
    [...used, ...TEST_PACKAGES].sort(),
  );
  const loose = Object.entries(imports)
    .filter(([name, target]) =>
      !new RegExp(`^npm:${name}@\\d+\\.\\d+\\.\\d+$`).test(target)
    );
  assert.deepEqual(loose, []);
  const told = Deno.readTextFileSync(join(ROOT, "docs/dependencies.md"));
  const untold = [...Object.keys(imports), "onnxruntime-node"]
    .filter((name) => !told.includes(`\`${name}\``));
  assert.deepEqual(untold, []);
});

Deno.test("tasks import mod.ts and their own parts, and no other task", () => {
  const breaches = listBreaches(({ file, ...module }) =>
    folderOf(file) === "tasks"
      ? readImports({ file, ...module })
        .filter((name) => !/^(\.\.\/mod\.ts$|\.\/_|[^.])/.test(name))
        .map((name) => `imports ${name}`)
      : []
  );
  assert.deepEqual(breaches, []);
});

Deno.test("files are short", () => {
  const files = [...MODULES.map(({ file }) => file), ...listCode("tests")];
  const breaches = files.flatMap((file) => {
    const text = Deno.readTextFileSync(join(ROOT, file));
    const lines = text.trimEnd().split("\n").length;
    const isTask = /^tasks\/[^_]/.test(file);
    if (file === "mod.ts") return []; // a list
    const most = isTask ? MAX_TASK_LINES : MAX_LINES;
    return lines > most
      ? [`${file} has ${lines} lines, more than ${most}`]
      : [];
  });
  assert.deepEqual(breaches, []);
});

Deno.test("files are called after what is in them", () => {
  const vague = /util|common|helper|misc|\bbase\b|manager/i;
  const breaches = listBreaches(({ file }) => {
    const words = basename(file).replaceAll("_", " ");
    return vague.test(words) || words !== words.toLowerCase()
      ? ["says nothing, or not in snake_case"]
      : [];
  });
  assert.deepEqual(breaches, []);
});

Deno.test("the library prints nothing, reads no clock and draws no numbers of its own", () => {
  const forbidden = /\bconsole\.|\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)/;
  const breaches = listBreaches(({ file, code }) => {
    const found = file.startsWith("tasks/") ? null : code.match(forbidden);
    return found ? [`has ${found[0]}`] : [];
  });
  assert.deepEqual(breaches, []);
});

Deno.test("no code names a host but this machine and that of torchvision's weights, or a place on one machine", () => {
  const breaches = listBreaches(({ text }) => {
    const found = text.replaceAll(XML_NAME, "").replace(WEIGHTS_URL, "").match(
      /https?:\/\/(?!127\.0\.0\.1)[^\s"'`)]+|"\/(home|usr|work|tmp)\b/,
    );
    return found ? [`names ${found[0]}`] : [];
  });
  assert.deepEqual(breaches, []);
});
