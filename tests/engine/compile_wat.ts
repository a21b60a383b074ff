/** Compiles the WebAssembly of `lib/engine/kernels`: `deno run -A tests/engine/compile_wat.ts`. */
import startWabt from "wabt";

const SOURCE = new URL(
  "../../lib/engine/kernels/block_products.wat",
  import.meta.url,
);

/** What `block_products.wat` is compiled to and kept as. */
export const COMPILED = new URL("block_products.wasm", SOURCE);

/** Compiles `block_products.wat`. */
export async function compileWat(): Promise<Uint8Array> {
  const wabt = await startWabt();
  const text = await Deno.readTextFile(SOURCE);
  const features = { simd: true, ["relaxed_simd"]: true };
  const module = wabt.parseWat("block_products.wat", text, features);
  module.validate();
  return module.toBinary({}).buffer;
}

if (import.meta.main) await Deno.writeFile(COMPILED, await compileWat());
