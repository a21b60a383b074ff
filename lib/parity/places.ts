/**
 * Positions as the golden cases store them.
 *
 * @module
 */
import type { UtmPositions } from "../data/dbstruct.ts";
import type { Hdf5Numbers } from "../hdf5.ts";

/** Pairs of east and north, `[M, 2]`, as columns. */
export function toPlaces({ data }: Hdf5Numbers): UtmPositions {
  const column = (first: number): Float64Array =>
    Float64Array.from(data).filter((_, i) => i % 2 === first);
  return { eastMeters: column(0), northMeters: column(1) };
}
