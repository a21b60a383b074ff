/**
 * Weights that torchvision publishes.
 *
 * Source: pytorch/vision, torchvision/models (addresses and sizes).
 *
 * @module
 */
import { basename } from "node:path";
import { OptionsError } from "../../errors.ts";
import { ARCH_NAMES, type ArchName } from "../network.ts";

/** A published file of weights. */
export interface PublishedWeights {
  /** The network that they are of. */
  arch: ArchName;
  /** Name of the file. It carries the first digits of the SHA-256 of what is in it. */
  file: string;
  /** Size in 1e6 bytes, to one decimal. */
  megabytes: number;
}

/** Where they are published. */
export const PUBLISHED_AT = "https://download.pytorch.org/models/";

/** The weights of each network, trained on ImageNet. */
export const PUBLISHED_WEIGHTS: Readonly<
  Record<ArchName, Readonly<PublishedWeights>>
> = Object.freeze({
  vgg16: publish("vgg16", "vgg16-397923af.pth", 553.4),
  vgg16_bn: publish("vgg16_bn", "vgg16_bn-6c64b313.pth", 553.5),
  alexnet: publish("alexnet", "alexnet-owt-7be5be79.pth", 244.4),
  squeezenet1_1: publish("squeezenet1_1", "squeezenet1_1-b8a52dc0.pth", 5),
  resnet18: publish("resnet18", "resnet18-f37072fd.pth", 46.8),
  resnet50: publish("resnet50", "resnet50-0676ba61.pth", 102.5),
});

function publish(
  arch: ArchName,
  file: string,
  megabytes: number,
): Readonly<PublishedWeights> {
  return Object.freeze({ arch, file, megabytes });
}

/**
 * Finds published weights by the name of their network.
 *
 * @throws {OptionsError} If there are none; it lists those that there are.
 */
export function findPublishedWeights(name: string): PublishedWeights {
  const arch = ARCH_NAMES.find((each) => each === name.toLowerCase());
  if (arch !== undefined) return PUBLISHED_WEIGHTS[arch];
  throw new OptionsError("Cannot find published weights of that name", {
    where: name,
    fix: `take one of ${ARCH_NAMES.join(", ")}`,
  });
}

/** The first digits of the SHA-256 of a published file, which its name carries. */
export function publishedHash({ file }: PublishedWeights): string {
  return file.match(/-([0-9a-f]{8,})\.[a-z]+$/)![1]!;
}

/** What to do where a file is not there that looks like published weights; `undefined` if it does not. */
export function suggestDownload(path: string): string | undefined {
  const name = basename(path);
  const weights = Object.values(PUBLISHED_WEIGHTS)
    .find(({ arch, file }) => name === file || name === `${arch}.pth`);
  return weights &&
    `check the path; \`deno task weights ${weights.arch}\` downloads torchvision's to weights/${weights.file}`;
}
