/** Whether tests of the WebGPU engine can run here; if not, what to say. */
export async function softwareGpu(): Promise<{ missing: string }> {
  const adapter = await navigator.gpu?.requestAdapter();
  return {
    missing: adapter
      ? ""
      : " (skipped: no GPU adapter; Debian's mesa-vulkan-drivers has a software one)",
  };
}
