/**
 * What an ONNX file says besides what it computes.
 *
 * @module
 */
import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

/** Facts of an ONNX file. */
export interface OnnxFile {
  /** What its makers say of the model, by names of theirs. */
  metadata: ReadonlyMap<string, string>;
  /** Other files that hold weights of it, as they are named in it. */
  externalFiles: string[];
}

/**
 * Reads an ONNX file without running it.
 *
 * @returns Nothing if it is none.
 *
 * Source: onnx.proto of the ONNX project.
 */
export function readOnnxFile(bytes: Uint8Array): OnnxFile | undefined {
  const model = decode(bytes);
  if (!model?.graph || model.opsetImport.length === 0) return undefined;
  return {
    metadata: new Map(
      model.metadataProps.map(({ key, value }) => [key ?? "", value ?? ""]),
    ),
    externalFiles: [...new Set(listExternalFiles(model.graph))],
  };
}

function decode(bytes: Uint8Array): onnxProto.onnx.ModelProto | undefined {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch {
    return undefined; // bytes of anything else
  }
}

/** Files that tensors of a graph, of its operators and of graphs in them lie in. */
function listExternalFiles(graph: onnxProto.onnx.IGraphProto): string[] {
  const attributes = (graph.node ?? []).flatMap((node) => node.attribute ?? []);
  const tensors = [
    ...graph.initializer ?? [],
    ...attributes.flatMap((
      { t, tensors },
    ) => [...t ? [t] : [], ...tensors ?? []]),
  ];
  const graphs = attributes.flatMap(({ g, graphs }) => [
    ...g ? [g] : [],
    ...graphs ?? [],
  ]);
  return [
    ...tensors.flatMap(({ externalData }) => externalData ?? [])
      .filter(({ key }) => key === "location")
      .map(({ value }) => value ?? ""),
    ...graphs.flatMap(listExternalFiles),
  ];
}
