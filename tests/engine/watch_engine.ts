import type { Engine } from "../../lib/engine/engine.ts";

/** An engine that writes down the number of images of every run of a network. */
export interface WatchedEngine {
  engine: Engine;
  runs: number[];
}

/**
 * Watches an engine.
 *
 * @param maxTensorBytes What it says it can hold, if not the truth.
 */
export function watchEngine(
  watched: Engine,
  maxTensorBytes = watched.maxTensorBytes,
): WatchedEngine {
  const runs: number[] = [];
  const engine: Engine = {
    ...watched,
    maxTensorBytes,
    createSession: async (onnx) => {
      const session = await watched.createSession(onnx);
      return {
        ...session,
        run: (inputs, output) => {
          runs.push(Object.values(inputs)[0]!.shape[0]!);
          return session.run(inputs, output);
        },
      };
    },
  };
  return { engine, runs };
}
