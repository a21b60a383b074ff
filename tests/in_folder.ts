/** Gives a test an empty folder, and removes it afterwards. */
export async function inFolder(
  act: (folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A test in an empty folder, of what keeps engines open: their threads stay until the program ends. */
export function testInFolder(
  name: string,
  fn: (folder: string) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () => inFolder(fn),
  });
}
