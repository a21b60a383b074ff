/**
 * What files that are of an encoder are called after.
 *
 * @module
 */
import type { ModelOptions } from "./options.ts";

/** What decides on the name of an encoder. */
type NamedEncoder =
  & Pick<ModelOptions, "arch" | "lastLayer">
  & Partial<Pick<ModelOptions, "lastRelu">>;

/** The name of an encoder in names of files, such as `vgg16`; `resnet50-layer3` where it ends early, `vgg16-relu` where it keeps its last ReLU. */
export function nameEncoder(
  { arch, lastLayer, lastRelu }: NamedEncoder,
): string {
  const parts = [arch, lastLayer, lastRelu && "relu"];
  return parts.filter(Boolean).join("-");
}

/** The name of a model in names of files, such as `vgg16_netvlad`; the pooling `cgd:SG` is `cgd-SG` there. */
export function nameModel(
  options: NamedEncoder & Pick<ModelOptions, "pooling">,
): string {
  return `${nameEncoder(options)}_${options.pooling.replace(":", "-")}`;
}
