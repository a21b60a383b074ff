import { fileURLToPath } from "node:url";
import { describeNetwork } from "../../lib/model/architectures.ts";
import type { ArchName, Network } from "../../lib/model/network.ts";
import { toVariable } from "../../lib/model/parameters.ts";
import type { LayerWeights } from "../../lib/model/run_layers.ts";
import { readEncoderWeights } from "../../lib/model/weights/encoder_weights.ts";
import type { NamedTensors } from "../../lib/model/weights/tensors.ts";
import { type GoldenArrays, readGoldenArrays } from "../golden/read_arrays.ts";
import {
  readSharedGolden,
  sharedGolden,
  sharedGoldenPath,
} from "../golden/read_shared.ts";

/** A golden case of an encoder on JPEGs, with its weights. */
export interface EncoderCase {
  name: string;
  /** Why it is not run, for the name of the test; empty if it is. */
  missing: string;
  read(): Promise<EncoderData>;
}

/** What a case holds. */
export interface EncoderData {
  network: Network;
  tensors: NamedTensors;
  golden: GoldenArrays;
}

/** The case that is stored with the project: outputs without gradients. */
export const STORED_CASE: EncoderCase = {
  name: "alexnet_div8_120x160",
  missing: "",
  read: async () => ({
    network: describeNetwork("alexnet", 8),
    tensors: await readWeights(fileURLToPath(
      new URL("../golden/b_encoder/alexnet_div8.zip.pth", import.meta.url),
    )),
    golden: readGoldenArrays("b_encoder/alexnet_div8_120x160"),
  }),
};

/** The cases of the shared golden cases, with gradients. */
export const SHARED_CASES: EncoderCase[] = [
  sharedCase("alexnet_div8", "120x160"),
  sharedCase("vgg16_div8", "120x160"),
  sharedCase("vgg16_div8", "odd"),
];

function sharedCase(weights: string, images: string): EncoderCase {
  const name = `b_encoder/${weights}_${images}`;
  return {
    name: `${weights}_${images} (shared)`,
    ...sharedGolden(name),
    read: async () => ({
      network: describeNetwork(weights.split("_")[0] as ArchName, 8),
      tensors: await readWeights(
        sharedGoldenPath(`b_encoder/${weights}.zip.pth`),
      ),
      golden: await readSharedGolden(name),
    }),
  };
}

async function readWeights(path: string): Promise<NamedTensors> {
  return (await readEncoderWeights(path)).tensors;
}

/** Weights as the TensorFlow.js interpreter takes them. */
export function toLayerWeights(tensors: NamedTensors): LayerWeights {
  return new Map(
    [...tensors].map(([name, tensor]) => [name, toVariable(name, tensor)]),
  );
}
