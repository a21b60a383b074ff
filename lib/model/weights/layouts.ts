/**
 * The programs whose checkpoints are read, and how each names the parameters of its models.
 *
 * Here, an encoder is `features.N…`, as in torchvision, a head is `pool.…`, or as CGD
 * names its own, and a whitening is `WPCA.0.…`, as in Patch-NetVLAD.
 *
 * @module
 */
import type { Normalization } from "../network.ts";
import type { ModelOptions } from "../options.ts";
import type { WeightsFormat } from "./weights_format.ts";

/** How a program names parameters. */
export interface Layout {
  /** What files of it are called here. */
  format: WeightsFormat;
  /** Names that no other program gives. */
  mark: RegExp;
  /** Its names, and what they are here. */
  names: readonly (readonly [RegExp, string])[];
  /** Whether it keeps whole models, so that a file says which model it is of. */
  isWhole: boolean;
  /** What its program makes of pixels; torchvision's if left out. */
  normalization?: Normalization;
  /** Names that tell an option of the model. */
  dictates?: readonly (readonly [RegExp, Partial<ModelOptions>])[];
  /** Names of parameters that no model here has, and what those do. */
  foreign?: readonly (readonly [RegExp, string])[];
}

/**
 * Of deep-visual-geo-localization-benchmark. The layer after the aggregation is linear, and
 * its result is normalised: a whitening.
 *
 * Source: gmberton/deep-visual-geo-localization-benchmark, model/network.py.
 */
const DVGL: Layout = {
  format: "dvgl",
  mark: /^(backbone|aggregation)\./,
  names: [
    [/^backbone\.(?=\d+\.)/, "features."],
    [/^aggregation\.(0\.)?(?=conv\.|centroids$)/, "pool."],
    [/^aggregation\.(0\.){1,2}(?=p$)/, "pool."],
    [/^aggregation\.(0\.)?1\.(?=p$)/, "pool."],
    [/^aggregation\.1\.(?=weight$|bias$)/, "WPCA.0."],
  ],
  isWhole: true,
  dictates: [
    [/^aggregation\.(0\.)?1\.p$/, { poolNorm: "before" }], // --l2 before_pool
  ],
  foreign: [
    [/^backbone\./, "its backbone is not one of torchvision's"],
    [/^aggregation\./, "it has another aggregation than NetVLAD or GeM"],
  ],
};

/**
 * Of OpenIBL: VGG-16 as it was trained in Caffe, for pixels of 0-255 minus their mean.
 *
 * Source: yxgeee/OpenIBL, ibl/models (`EmbedNet`, `EmbedNetPCA`) and README.
 */
const OPEN_IBL: Layout = {
  format: "openIbl",
  mark: /^(base_model|net_vlad)\./,
  names: [
    [/^base_model\.base\.(?=\d+\.)/, "features."],
    [/^net_vlad\./, "pool."],
    [/^pca_layer\./, "WPCA.0."],
  ],
  isWhole: true,
  normalization: {
    scale: 255,
    mean: [0.48501960784313836, 0.4579568627450961, 0.4076039215686255],
    std: [1 / 255, 1 / 255, 1 / 255],
  },
  foreign: [[/^base_model\./, "its backbone is not one of torchvision's"]],
};

/** Of torchvision, pytorch-NetVlad and CGD, and our own. */
const TORCH: Layout = {
  format: "torch",
  mark: /^/,
  names: [
    [/^(features|encoder)\.(?=\d+\.)/, "features."],
    [/^conv1\./, "features.0."],
    [/^bn1\./, "features.1."],
    [/^layer1\./, "features.4."],
    [/^layer2\./, "features.5."],
    [/^layer3\./, "features.6."],
    [/^layer4\./, "features.7."],
    [/^pool\./, "pool."],
    [/^main_modules\./, "main_modules."],
    [/^auxiliary_module\./, "auxiliary_module."],
    [/^WPCA\.0\./, "WPCA.0."],
  ],
  isWhole: false,
};

/**
 * Of Patch-NetVLAD: pytorch-NetVlad's, with a whitening.
 *
 * Source: QVPR/Patch-NetVLAD, patchnetvlad/models/models_generic.py and add_pca.py.
 */
const PATCH_NETVLAD: Layout = {
  ...TORCH,
  format: "patchNetVlad",
  mark: /^WPCA\./,
  isWhole: true,
};

const LAYOUTS = [DVGL, OPEN_IBL, PATCH_NETVLAD, TORCH];

/** The layout of a state dict with these names, which are without the `module` of `DataParallel`. */
export function findLayout(names: readonly string[]): Layout {
  return LAYOUTS.find(({ mark }) => names.some((name) => mark.test(name)))!;
}

/** Counts that batch normalisation keeps and does not use. */
const COUNTS = /\.num_batches_tracked$/;

/**
 * A parameter's name here.
 *
 * @returns `undefined` if it is not of an encoder, a head or a whitening.
 */
export function renameParameter(
  { names }: Layout,
  name: string,
): string | undefined {
  if (COUNTS.test(name)) return undefined;
  const [pattern, prefix] = names.find(([pattern]) => pattern.test(name)) ?? [];
  return pattern && name.replace(pattern, prefix!);
}

/** Why a parameter that has no name here is part of a model that is not known here; `undefined` if it is not. */
export function explainForeign(
  { foreign = [] }: Layout,
  name: string,
): string | undefined {
  if (COUNTS.test(name)) return undefined;
  return foreign.find(([pattern]) => pattern.test(name))?.[1];
}
