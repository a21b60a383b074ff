/** Compiles the WebAssembly of `lib`: `deno run -A tests/engine/compile_wat.ts`. */
import startWabt from "wabt";

const LIB = new URL("../../lib/", import.meta.url);

/** Every text of ours in `lib`; what it is compiled to is kept beside it. */
export const WAT_FILES: readonly URL[] = [
  new URL("engine/kernels/block_products.wat", LIB),
  new URL("whiten/float64_kernels.wat", LIB),
];

/** What a text is compiled to and kept as. */
export function locateCompiled(source: URL): URL {
  return new URL(source.pathname.replace(/\.wat$/, ".wasm"), source);
}

/** Compiles a text. */
export async function compileWat(source: URL): Promise<Uint8Array> {
  const wabt = await startWabt();
  const text = await Deno.readTextFile(source);
  const features = { simd: true, ["relaxed_simd"]: true };
  const module = wabt.parseWat(source.pathname, text, features);
  module.validate();
  return module.toBinary({}).buffer;
}

if (import.meta.main) {
  for (const source of WAT_FILES) {
    await Deno.writeFile(locateCompiled(source), await compileWat(source));
  }
}
