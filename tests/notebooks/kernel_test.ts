import assert from "node:assert/strict";
import { join } from "node:path";
import {
  describeKernel,
  jupyterFolder,
  writeKernel,
} from "../../tasks/_kernel_spec.ts";
import { inFolder } from "../in_folder.ts";
import { pythonPackage, runPython } from "../run_python.ts";
import { NOTEBOOKS } from "./notebook_files.ts";

const ROOT = join(NOTEBOOKS, "..");

const { missing } = await pythonPackage("jupyter_client");

/** Runs `deno task kernel` for a folder of Jupyter. */
async function installKernels(
  folder: string,
): Promise<Record<"deno" | "whereabouts", string>> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "kernel", "--json"],
    cwd: ROOT,
    env: { JUPYTER_DATA_DIR: folder },
    stderr: "null",
  }).output();
  assert.ok(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("deno task kernel installs this Deno, and says where", () =>
  inFolder(async (folder) => {
    const paths = await installKernels(folder);
    for (const name of ["deno", "whereabouts"] as const) {
      assert.equal(paths[name], join(folder, "kernels", name));
      const text = await Deno.readTextFile(join(paths[name], "kernel.json"));
      const { argv, language } = JSON.parse(text);
      assert.equal(language, "typescript");
      assert.ok(argv.includes(Deno.execPath()));
      assert.equal(argv.at(-1), "{connection_file}");
    }
  }));

/** Starts a kernel as Jupyter does, in a folder of its own, and prints what a cell prints. */
const START = `
import os, sys
os.environ["JUPYTER_DATA_DIR"], folder, code = sys.argv[1:]
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="whereabouts", cwd=folder, stderr=-3)
client.execute_interactive(code, timeout=60)
manager.shutdown_kernel(now=True)
`;

Deno.test({
  name:
    `the kernel whereabouts finds the library from any folder, as Jupyter starts it${missing}`,
  ignore: missing !== "",
  fn: () =>
    inFolder(async (folder) => {
      await installKernels(folder);
      const code = `
        import { DEFAULT_SEED, searchExact } from "../mod.ts";
        console.log(DEFAULT_SEED, typeof searchExact);`;
      const out = await runPython(START, { args: [folder, folder, code] });
      assert.equal(out.trim(), "123 function");
    }),
});

Deno.test("jupyterFolder() is where Jupyter looks on each system", () => {
  const home = { HOME: "/h", APPDATA: "/a" };
  assert.equal(jupyterFolder("linux", home), "/h/.local/share/jupyter");
  assert.equal(jupyterFolder("darwin", home), "/h/Library/Jupyter");
  assert.equal(jupyterFolder("windows", home), join("/a", "jupyter"));
  const own = { ...home, XDG_DATA_HOME: "/x" };
  assert.equal(jupyterFolder("linux", own), "/x/jupyter");
  const named = { ...own, JUPYTER_DATA_DIR: "/j" };
  assert.equal(jupyterFolder("windows", named), "/j");
  assert.throws(() => jupyterFolder("linux", {}), {
    name: "VprError",
    fix: /^set JUPYTER_DATA_DIR/,
  });
});

Deno.test("writeKernel() leaves a kernel that can be started", () =>
  inFolder(async (folder) => {
    const write = (program: string, replace = false) =>
      writeKernel(folder, "deno", { spec: describeKernel(program), replace });
    const file = join(folder, "kernels", "deno", "kernel.json");
    const program = async () =>
      JSON.parse(await Deno.readTextFile(file)).argv[0];

    assert.equal((await write("/gone/deno")).isNew, true);
    assert.equal((await write(Deno.execPath())).isNew, true); // the other is gone
    assert.equal((await write("/other/deno")).isNew, false);
    assert.equal(await program(), Deno.execPath());
    assert.equal((await write("/other/deno", true)).isNew, true);
    assert.equal(await program(), "/other/deno");
  }));

Deno.test("writeKernel() says where it cannot write", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const spec = describeKernel("deno");
    await assert.rejects(writeKernel(file, "deno", { spec, replace: true }), {
      name: "VprError",
      where: /kernel\.json \(/,
      fix: "set JUPYTER_DATA_DIR to a folder that can be written",
    });
  }));
