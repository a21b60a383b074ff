/**
 * Which network weights are of, told by their shapes.
 *
 * @module
 */
import { describeNetwork } from "./architectures.ts";
import { divideWidth } from "./architectures/width.ts";
import { listParts } from "./layer_names.ts";
import { listConvolutions, weightShapes } from "./layers.ts";
import { ARCH_NAMES, type ArchName } from "./network.ts";

/** A network that can be asked for, and how well weights fit it. */
export interface NetworkFit {
  arch: ArchName;
  widthDivisor: number;
  /** Where the weights end, if that is before the network does. */
  lastLayer?: string;
  /** Tensors that are missing or of another shape; 0 if the weights fit. */
  misfits: number;
}

type Shapes = ReadonlyMap<string, { shape: readonly number[] }>;

/** No network has wider layers than this divides into one channel each. */
const MAX_DIVISOR = 4096;

/**
 * Finds the network that weights fit best.
 *
 * @param tensors By torchvision's names, `features.N.weight` and so on.
 * @param archs Networks that come into question.
 * @returns Of several that fit equally well, the first, and the widest; several divisors may
 * make the same channels.
 */
export function findNetwork(
  tensors: Shapes,
  archs: readonly ArchName[] = ARCH_NAMES,
): NetworkFit {
  const fits = archs.flatMap((arch) => {
    const widthDivisor = findDivisor(arch, tensors);
    const lastLayer = findEnd(arch, tensors);
    const whole = measureFit({ arch, widthDivisor }, tensors);
    return lastLayer === undefined ? [whole] : [
      whole,
      ...[measureFit({ arch, widthDivisor, lastLayer }, tensors)]
        .filter(({ distance }) => distance === 0),
    ];
  });
  return fits.reduce((best, each) =>
    each.distance < best.distance ? each : best
  ).fit;
}

/** Compares weights with what a network needs. */
function measureFit(
  network: Omit<NetworkFit, "misfits">,
  tensors: Shapes,
): { fit: NetworkFit; distance: number } {
  const needed = weightShapes(
    describeNetwork(network.arch, network).layers,
    3,
  );
  const misfits =
    [...needed].filter(([name, shape]) =>
      `${tensors.get(name)?.shape}` !== `${shape}`
    ).length;
  const spare =
    [...tensors.keys()].filter((name) =>
      name.startsWith("features.") && !needed.has(name)
    ).length;
  return { fit: { ...network, misfits }, distance: misfits + spare };
}

/** The divisor that makes the channels of most convolutions; of several, the one that divides most without a rest, or the first. */
function findDivisor(arch: ArchName, tensors: Shapes): number {
  const convolutions = listConvolutions(describeNetwork(arch).layers, 3)
    .map(({ layer: { weights, channels } }) => ({
      channels,
      found: tensors.get(`${weights}.weight`)?.shape[0],
    }));
  const score = (divisor: number): number => {
    const width = divideWidth(divisor);
    const fitting = convolutions
      .filter(({ channels, found }) => width(channels) === found);
    const exact = fitting
      .filter(({ channels, found }) => channels / divisor === found);
    return fitting.length + exact.length / (convolutions.length + 1);
  };
  const divisors = Array.from({ length: MAX_DIVISOR }, (_, i) => i + 1)
    .map((divisor) => ({ divisor, score: score(divisor) }));
  return divisors.reduce((best, each) => each.score > best.score ? each : best)
    .divisor;
}

/** The last part that weights have anything of, the stage if it is all of one; `undefined` if that is the network's own, or none. */
function findEnd(arch: ArchName, tensors: Shapes): string | undefined {
  const { layers } = describeNetwork(arch);
  const parts = listParts(layers);
  const last = parts.findLast(({ start, end }) =>
    weightShapes(layers.slice(start, end), 0).keys()
      .some((name) => tensors.has(name))
  );
  return last === undefined || last.end === layers.length
    ? undefined
    : parts.find(({ end }) => end === last.end)!.name;
}
