/** `deno task kernel`: installs the Deno kernel for the notebooks of this project. */
import {
  describeKernel,
  describeKernelIn,
  jupyterFolder,
  NOTEBOOKS,
  writeKernel,
} from "./_kernel_spec.ts";
import { runTask } from "./_run.ts";

/** Variables that say where Jupyter's folder is. */
const VARIABLES = ["JUPYTER_DATA_DIR", "HOME", "APPDATA", "XDG_DATA_HOME"];

await runTask({
  name: "kernel",
  description:
    "Installs kernels of this Deno where Jupyter and VS Code find them: `deno`, which starts in the folder of its notebook and so finds the configuration of the project in notebooks/, and `whereabouts`, which has that configuration wherever a notebook is.",
  groups: {},
}, async (run) => {
  const { os } = Deno.build;
  const env = VARIABLES.map((name) => [name, Deno.env.get(name)]);
  const folder = jupyterFolder(os, Object.fromEntries(env));
  const deno = Deno.execPath();
  const plain = await writeKernel(folder, "deno", {
    spec: describeKernel(deno),
    replace: false,
  });
  run.say(`deno: ${plain.path}${plain.isNew ? "" : " (was there, and stays)"}`);
  run.say("  for notebooks/: it starts in the folder of the notebook");
  if (os === "windows") return { deno: plain.path };
  const own = await writeKernel(folder, "whereabouts", {
    spec: describeKernelIn(NOTEBOOKS, deno),
    replace: true,
  });
  run.say(`whereabouts: ${own.path}`);
  run.say(`  for notebooks anywhere: it starts in ${NOTEBOOKS}`);
  return { deno: plain.path, whereabouts: own.path };
});
