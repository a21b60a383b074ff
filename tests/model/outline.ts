import type { Layer } from "../../lib/model/network.ts";

/** A line per layer, such as `conv 3/1 pad 1` or `pool 3/2`. */
export function outline(layers: readonly Layer[]): string[] {
  return layers.map((layer) => {
    switch (layer.kind) {
      case "conv":
        return `conv ${layer.size}/${layer.stride} pad ${layer.padding}`;
      case "maxPool":
        return `pool ${layer.size}/${layer.stride}${
          layer.padding ? ` pad ${layer.padding}` : ""
        }${layer.ceilMode ? " ceil" : ""}`;
      case "batchNorm":
        return "norm";
      case "relu":
        return "relu";
      case "concat":
        return layer.branches.map((branch) => outline(branch).join(", "))
          .join(" | ");
      case "residual":
        return [layer.main, layer.shortcut]
          .map((part) => outline(part).join(", ") || "as it is").join(" + ");
    }
  });
}

/** Blocks of a ResNet-18 in such lines: one that keeps its size, and one that halves it. */
export const PLAIN_BLOCK =
  "conv 3/1 pad 1, norm, relu, conv 3/1 pad 1, norm + as it is";
export const WIDER_BLOCK =
  "conv 3/2 pad 1, norm, relu, conv 3/1 pad 1, norm + conv 1/2 pad 0, norm";
