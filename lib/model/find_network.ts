/**
 * Which network weights are of, told by their shapes.
 *
 * @module
 */
import { describeNetwork } from "./architectures.ts";
import { listConvolutions, weightShapes } from "./layers.ts";
import { ARCH_NAMES, type ArchName } from "./network.ts";

/** A network that can be asked for, and how well weights fit it. */
export interface NetworkFit {
  arch: ArchName;
  widthDivisor: number;
  /** Tensors that are missing or of another shape; 0 if the weights fit. */
  misfits: number;
}

/** No network has wider layers than this divides into one channel each. */
const MAX_DIVISOR = 1024;

/**
 * Finds the network that weights fit best.
 *
 * @param tensors By torchvision's names, `features.N.weight` and so on.
 * @param archs Networks that come into question.
 * @returns Of several that fit equally well, the first, and the widest; several divisors may
 * make the same channels.
 */
export function findNetwork(
  tensors: ReadonlyMap<string, { shape: readonly number[] }>,
  archs: readonly ArchName[] = ARCH_NAMES,
): NetworkFit {
  const fits = archs.flatMap((arch) =>
    listDivisors(arch, tensors).map((widthDivisor) => {
      const { layers } = describeNetwork(arch, widthDivisor);
      const misfits = [...weightShapes(layers, 3)].filter(([name, shape]) =>
        `${tensors.get(name)?.shape}` !== `${shape}`
      ).length;
      return { arch, widthDivisor, misfits };
    })
  );
  return fits.reduce((best, fit) => fit.misfits < best.misfits ? fit : best);
}

/**
 * Divisors that make as many channels as the first convolution has, the one that divides
 * without a rest first; 1 if it is not there.
 */
function listDivisors(
  arch: ArchName,
  tensors: ReadonlyMap<string, { shape: readonly number[] }>,
): number[] {
  const [first] = listConvolutions(describeNetwork(arch).layers, 3);
  const { weights, channels } = first!.layer;
  const found = tensors.get(`${weights}.bias`)?.shape[0];
  const divisors = Array.from({ length: MAX_DIVISOR }, (_, i) => i + 1)
    .filter((divisor) => Math.max(1, Math.round(channels / divisor)) === found);
  const exact = divisors.filter((divisor) => channels / divisor === found);
  return divisors.length > 0 ? [...exact, ...divisors] : [1];
}
