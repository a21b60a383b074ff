/**
 * Which versions compute.
 *
 * @module
 */

/** Packages that engines are made of, as people call them. */
const PACKAGES = {
  "@tensorflow/tfjs": "TensorFlow.js",
  "onnxruntime-web": "ONNX Runtime",
};

/** Deno's version and those of the packages, from deno.json, where each is pinned. */
export async function readVersions(): Promise<Record<string, string>> {
  const config = new URL("../deno.json", import.meta.url);
  const { imports } = JSON.parse(await Deno.readTextFile(config));
  const packages = Object.entries(PACKAGES).map(([name, title]) =>
    [title, String(imports[name]).split("@").at(-1)!] as const
  );
  return { Deno: Deno.version.deno, ...Object.fromEntries(packages) };
}
