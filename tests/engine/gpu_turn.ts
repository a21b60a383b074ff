/** Held by whoever has the GPU. */
const TURN = new URL(import.meta.url);

/**
 * Waits until no other test file of this process uses the software GPU, and keeps it meanwhile.
 * Two devices of one process wait for each other on a busy processor: both then take twice as long.
 */
export async function inGpuTurn<Result>(
  act: () => Promise<Result>,
): Promise<Result> {
  using file = await Deno.open(TURN);
  await file.lock(true);
  return await act();
}
