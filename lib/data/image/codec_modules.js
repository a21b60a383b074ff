/**
 * The compiled WebAssembly codecs, not yet instantiated.
 *
 * This is JavaScript because TypeScript cannot parse `import source` yet. Of the
 * ways to load a package's `.wasm`, only this one works in a fresh clone (the
 * import makes Deno install the package) and without any permission.
 *
 * @module
 */
import source jpegTurbo from "@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import source lodepng from "@cwasm/lodepng/lodepng.wasm";
import source libwebp from "@cwasm/webp/webp.wasm";
import source mozjpegEncoder from "@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm";

export { jpegTurbo, libwebp, lodepng, mozjpegEncoder };
