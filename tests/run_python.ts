/** Runs Debian's Python, for which h5py, NumPy and SciPy are packaged, and gives what it printed. */
export async function runPython(program: string): Promise<string> {
  const command = new Deno.Command("/usr/bin/python3", {
    args: ["-c", program],
    stderr: "null",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(program);
  return new TextDecoder().decode(stdout);
}

/** Whether Python has a package; if not, what to say in the name of the test that is ignored. */
export async function pythonPackage(
  name: string,
): Promise<{ missing: string }> {
  const isThere = await runPython(`import ${name}`)
    .then(() => true, () => false);
  return { missing: isThere ? "" : ` (skipped: no ${name})` };
}
