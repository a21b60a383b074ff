/**
 * From an ONNX file to a session of an engine.
 *
 * @module
 */
import type { Engine, EngineSession } from "../engine/engine.ts";
import { readOnnxFile } from "../engine/onnx_file.ts";
import { CheckpointError, describeCause, EngineError } from "../errors.ts";

/** What an ONNX file holds. */
export interface OnnxModelFile {
  bytes: Uint8Array<ArrayBuffer>;
  metadata: ReadonlyMap<string, string>;
}

/**
 * Reads an ONNX file.
 *
 * @throws {CheckpointError} If it is not there, is not ONNX, or has weights elsewhere.
 */
export async function readOnnxModel(path: string): Promise<OnnxModelFile> {
  const bytes = await readBytes(path);
  return { bytes, metadata: readMetadata(path, bytes) };
}

async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new CheckpointError("Cannot read an ONNX model", {
      where: `${path} (${describeCause(cause)})`,
      fix: "check the path",
      cause,
    });
  }
}

function readMetadata(
  path: string,
  bytes: Uint8Array,
): ReadonlyMap<string, string> {
  const file = readOnnxFile(bytes);
  if (file === undefined) {
    throw new CheckpointError("Cannot read an ONNX model", {
      where: `${path} (it is not ONNX, or not all of it)`,
      fix: "give an .onnx file, or copy it again",
    });
  }
  const [other] = file.externalFiles;
  if (other === undefined) return file.metadata;
  throw new CheckpointError("Cannot read an ONNX model without its weights", {
    where: `${path} (weights are in other files, such as ${other})`,
    fix: "save the model with its weights inside, as one file",
  });
}

/**
 * Loads what `readOnnxModel` has read.
 *
 * @throws {CheckpointError} If it needs what the engine does not have.
 */
export async function loadOnnxModel(
  path: string,
  bytes: Uint8Array,
  engine: Engine,
): Promise<EngineSession> {
  try {
    return await engine.createSession(bytes);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new CheckpointError(`Cannot load an ONNX model on ${engine.name}`, {
      where: `${path} (${describeCause(error.cause)})`,
      fix:
        "give a model of standard operators that fits into memory, or use another engine",
      cause: error,
    });
  }
}
