/**
 * The order of NetVLAD's values in PyTorch's files.
 *
 * @module
 */
import type { NamedTensor, NamedTensors } from "../model/weights/tensors.ts";
import type { SettledModel } from "./convert_model.ts";

const PROJECTION = "WPCA.0.weight";

/**
 * Parameters for programs in PyTorch, which have NetVLAD cluster by cluster: the columns of a
 * whitening that is for the other order change places. What is whitened stays the same.
 */
export function orderAsTorch(
  { options, parameters }: SettledModel,
): NamedTensors {
  const projection = parameters.get(PROJECTION);
  const [K, D] = parameters.get("pool.centroids")?.shape ?? [];
  if (options.vladOrder !== "channel-major" || !projection || !K || !D) {
    return parameters;
  }
  const ordered = toClusterMajor(projection, K, D);
  return new Map(parameters).set(PROJECTION, ordered);
}

/** Column d·K + k of each row becomes column k·D + d. */
function toClusterMajor(
  { shape, data }: NamedTensor,
  K: number,
  D: number,
): NamedTensor {
  const ordered = new Float32Array(data.length); // [P, K·D]
  for (let row = 0; row < data.length; row += K * D) {
    for (let d = 0; d < D; d++) {
      for (let k = 0; k < K; k++) {
        ordered[row + k * D + d] = data[row + d * K + k]!;
      }
    }
  }
  return { shape, data: ordered };
}
