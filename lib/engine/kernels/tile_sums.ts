/**
 * Matrix products on WebGPU, which has no double precision.
 *
 * TensorFlow.js's shaders go through a product tile by tile, about 32 terms at a
 * time, and add one term after the other. Here they add the terms of a tile, and
 * the tiles by Kahan's sum: the error does not grow with the number of terms.
 *
 * @module
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** What TensorFlow.js runs on the device. */
type Program = Parameters<WebGPUBackend["runWebGPUProgram"]>[0];

/** Programs that add up products, by the beginning of their keys. */
const PRODUCTS = ["matMulPacked_", "conv2DMM_"];

/** Where the shader declares its sums. */
const DECLARATION = /var acc ?(?:: ?(array<.+>)|= 0\.0);/;
/** From the sums of a tile to the end of the tile. */
const TILE =
  /\/\/ Compute acc values for a single thread\.[^]*?workgroupBarrier\(\);/;
/** Where the results are written. */
const RESULT = /(mm_write\(batch[^;]*?)\bacc\b/;

/** Makes a program keep its sums tile by tile, if it adds up products. */
export function sumByTiles(program: Program): Program {
  if (!PRODUCTS.some((key) => program.shaderKey.startsWith(key))) {
    return program;
  }
  const makeShader = program.getUserCode.bind(program);
  program.getUserCode = () => rewriteSums(makeShader());
  return program;
}

/** @throws {Error} If the shader is not as it is in the version that is pinned. */
function rewriteSums(shader: string): string {
  const type = shader.match(DECLARATION)?.[1] ?? "f32";
  const rules: [RegExp, string][] = [
    [DECLARATION, `$&\n  var sums : ${type};\n  var lost : ${type};`],
    [TILE, `$&\n${addTile(type)}`],
    [RESULT, "$1sums"],
  ];
  return rules.reduce((code, [pattern, replacement]) => {
    if (pattern.test(code)) return code.replace(pattern, replacement);
    throw new Error(`no ${pattern} in a shader:\n${code}`);
  }, declareRounded(elementOf(type)) + shader);
}

/** What is added at once: a number, or four columns. */
function elementOf(type: string): "f32" | "vec4<f32>" {
  return type.includes("vec4") ? "vec4<f32>" : "f32";
}

/**
 * A function that returns its argument, as no compiler can know: it flips the
 * bits that are set where `dimInner` is negative. Otherwise compilers, which take
 * float32 for real numbers, find out that what Kahan's sum adds is zero.
 */
function declareRounded(element: string): string {
  const bits = element.replace("f32", "u32");
  return `
  fn rounded(value : ${element}) -> ${element} {
    let never = ${bits}(u32(uniforms.dimInner) >> 31u);
    return bitcast<${element}>(bitcast<${bits}>(value) ^ never);
  }`;
}

/**
 * Moves what a tile came to into the sums.
 *
 * Source: Kahan, Further remarks on reducing truncation errors, CACM 1965.
 */
function addTile(type: string): string {
  const lengths = [...type.matchAll(/, (\d+)>/g)].map(([, length]) => length)
    .reverse();
  const at = lengths.map((_, i) => `[i${i}]`).join("");
  const loops = lengths.map((length, i) =>
    `for (var i${i} = 0; i${i} < ${length}; i${i}++) {`
  );
  return `${loops.join(" ")}
    let term = rounded(acc${at} - lost${at});
    let sum = rounded(sums${at} + term);
    lost${at} = rounded(sum - sums${at}) - term;
    sums${at} = sum;
    acc${at} = ${elementOf(type)}();
  ${"}".repeat(lengths.length)}`;
}
