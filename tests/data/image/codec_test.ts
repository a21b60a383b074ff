import assert from "node:assert/strict";
import {
  allocate,
  type CodecExports,
  createCodec,
} from "../../../lib/data/image/codec.ts";
import { lodepng } from "../../../lib/data/image/codec_modules.js";

Deno.test("createCodec() keeps an instance until something fails in it", () => {
  const codec = createCodec<CodecExports>(lodepng, () => ({}));
  const first = codec.run((wasm) => wasm);
  assert.equal(codec.run((wasm) => wasm), first);
  assert.throws(() =>
    codec.run(() => {
      throw new Error("damaged");
    }), /damaged/);
  assert.notEqual(codec.run((wasm) => wasm), first);
});

Deno.test("createCodec() does not keep an instance whose memory has grown large", () => {
  const codec = createCodec<CodecExports>(lodepng, () => ({}));
  const first = codec.run((wasm) => wasm);
  codec.run((wasm) => wasm.free(allocate(wasm, 300 * 2 ** 20)));
  const second = codec.run((wasm) => wasm);
  assert.notEqual(second, first);
  assert.ok(second.memory.buffer.byteLength < 300 * 2 ** 20);
});

Deno.test("allocate() says so when there is no memory", () => {
  const codec = createCodec<CodecExports>(lodepng, () => ({}));
  assert.throws(
    () => codec.run((wasm) => allocate(wasm, 2 ** 32 - 2 ** 16)),
    /too much memory/,
  );
});
