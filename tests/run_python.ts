/** Debian's Python, for which h5py, NumPy, SciPy and PyTorch are packaged. */
export const DEBIAN_PYTHON = "/usr/bin/python3";

/** What to run Python with. */
interface PythonOptions {
  /** What the program finds in `sys.argv` from 1 on. */
  args?: readonly string[];
  /** The interpreter; Debian's if left out. */
  python?: string;
}

/**
 * Runs a program in Python, and gives what it printed.
 *
 * @throws {Error} With what Python said, if it failed.
 */
export async function runPython(
  program: string,
  { args = [], python = DEBIAN_PYTHON }: PythonOptions = {},
): Promise<string> {
  const command = new Deno.Command(python, { args: ["-c", program, ...args] });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program}\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Whether Python has a package; if not, what to say in the name of the test that is ignored. */
export async function pythonPackage(
  name: string,
  options?: Pick<PythonOptions, "python">,
): Promise<{ missing: string }> {
  const isThere = await runPython(`import ${name}`, options)
    .then(() => true, () => false);
  return { missing: isThere ? "" : ` (skipped: no ${name} for python3)` };
}
