import assert from "node:assert/strict";
import onnxProto from "onnx-proto";
import { readOnnxFile } from "../../lib/engine/onnx_file.ts";
import { encodeOnnx, type OnnxGraph } from "../../lib/engine/onnx_graph.ts";

const GRAPH: OnnxGraph = {
  name: "graph",
  inputs: [{ name: "x", shape: ["N"] }],
  outputs: [{ name: "y", shape: ["N"] }],
  nodes: [{ op: "Relu", inputs: ["x"], output: "y" }],
  constants: [],
};

Deno.test("readOnnxFile() reads the metadata that encodeOnnx() writes", () => {
  const metadata = { pixels: "bytes", name: "Ö" };
  const file = readOnnxFile(encodeOnnx({ ...GRAPH, metadata }))!;
  assert.deepEqual(Object.fromEntries(file.metadata), metadata);
  assert.deepEqual(file.externalFiles, []);
  assert.deepEqual(readOnnxFile(encodeOnnx(GRAPH))!.metadata.size, 0);
});

Deno.test("readOnnxFile() says of nothing but ONNX that it is", () => {
  const onnx = encodeOnnx(GRAPH);
  for (const length of [0, 1, 10, onnx.length - 1]) {
    assert.equal(readOnnxFile(onnx.subarray(0, length)), undefined);
  }
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
  assert.equal(readOnnxFile(jpeg), undefined);
});

Deno.test("encodeOnnx() says that a file cannot hold more than 2 GB", () => {
  const data = new Float32Array(2 ** 27); // 512 MiB that are never touched
  const constants = ["a", "b", "c", "d"].map((name) => ({
    name,
    shape: [data.length],
    data,
  }));
  assert.throws(() => encodeOnnx({ ...GRAPH, constants }), {
    name: "CheckpointError",
    message: /^Cannot write 2\.1 GB of weights as ONNX/,
    where: "graph graph",
    fix: "use fewer clusters or a whitening to fewer values: a file holds 2 GB",
  });
});

Deno.test("readOnnxFile() lists the files that weights lie in, wherever they are needed", () => {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(encodeOnnx(GRAPH));
  const tensor = (file: string): onnxProto.onnx.ITensorProto => ({
    name: file,
    dims: [1],
    dataType: 1,
    dataLocation: 1,
    externalData: [
      { key: "location", value: file },
      { key: "offset", value: "0" },
    ],
  });
  const inner = { name: "inner", initializer: [tensor("in_graph")] };
  model.graph!.initializer = [tensor("in_weights"), tensor("in_weights")];
  model.graph!.node!.push({
    opType: "If",
    attribute: [
      { name: "t", t: tensor("in_value") },
      { name: "tensors", tensors: [tensor("in_values")] },
      { name: "g", g: inner },
      { name: "graphs", graphs: [{ ...inner, initializer: [tensor("last")] }] },
    ],
  });
  const file = readOnnxFile(ModelProto.encode(model).finish())!;
  assert.deepEqual(
    file.externalFiles,
    ["in_weights", "in_value", "in_values", "in_graph", "last"],
  );
});
