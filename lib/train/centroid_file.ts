/**
 * Centroid files: what the stage *cluster* leaves for the stage *train*.
 *
 * @module
 */
import { CheckpointError } from "../errors.ts";
import { type Hdf5File, openHdf5, writeHdf5 } from "../hdf5.ts";
import { toFloat32 } from "../number_types.ts";

/** Attribute of the file that holds `madeBy`. */
const MADE_BY = "made_by";

/** Centroids and the local descriptors that they were found from. */
export interface Centroids {
  /** `[K, D]`, in the space of L2-normalised local descriptors. */
  centroids: Float32Array<ArrayBuffer>;
  /** `[numDescriptors, D]`. */
  descriptors: Float32Array<ArrayBuffer>;
  /** Clusters. */
  K: number;
  /** Length of a local descriptor. */
  D: number;
  /** Local descriptors that it was clustered from, n. */
  numDescriptors: number;
}

/** Centroids and the file that they were read from. */
export interface CentroidFile extends Centroids {
  /** Where the file is. */
  path: string;
  /** Fingerprint of the encoder and images that they come from, if the file says so. */
  madeBy?: string;
}

/**
 * Reads a centroid file: HDF5 with `centroids` `[K, D]` and `descriptors` `[n, D]`.
 *
 * @throws {CheckpointError} If it is not there, is not such a file, holds values that
 * are not finite, or has fewer descriptors than centroids.
 *
 * Source: pytorch-NetVlad, main.py, `get_clusters`.
 */
export async function readCentroids(path: string): Promise<CentroidFile> {
  using file = await openHdf5(path);
  const centroids = readMatrix(file, "centroids");
  const descriptors = readMatrix(file, "descriptors");
  const madeBy = file.readAttribute("/", MADE_BY);
  if (centroids.rowLength !== descriptors.rowLength) {
    throw wordFailure(
      path,
      `centroids of length ${centroids.rowLength}, descriptors of length ${descriptors.rowLength}`,
    );
  }
  if (descriptors.numRows < centroids.numRows) {
    throw wordFailure(
      path,
      `${descriptors.numRows} descriptors, fewer than its ${centroids.numRows} centroids`,
    );
  }
  return {
    path,
    centroids: centroids.data,
    descriptors: descriptors.data,
    K: centroids.numRows,
    D: centroids.rowLength,
    numDescriptors: descriptors.numRows,
    ...(typeof madeBy === "string" && { madeBy }),
  };
}

/**
 * Writes a centroid file that `readCentroids` and pytorch-NetVlad read.
 *
 * @param madeBy Fingerprint of the encoder and images that they come from.
 * @throws {CheckpointError} If it cannot be written; what was there stays.
 */
export function writeCentroids(
  path: string,
  { centroids, descriptors, K, D, numDescriptors }: Centroids,
  madeBy: string,
): Promise<void> {
  return writeHdf5(path, {
    descriptors: { shape: [numDescriptors, D], data: descriptors },
    centroids: { shape: [K, D], data: centroids },
  }, { [MADE_BY]: madeBy });
}

/**
 * Checks that centroids fit the model that is to use them.
 *
 * @param wanted Clusters K and local descriptor length D of the model.
 * @throws {CheckpointError} If either differs.
 */
export function checkCentroids(
  file: Pick<CentroidFile, "path" | "K" | "D">,
  wanted: { K: number; D: number },
): void {
  if (file.K === wanted.K && file.D === wanted.D) return;
  throw new CheckpointError(
    `Cannot use ${file.K} centroids of length ${file.D} for ` +
      `${wanted.K} clusters of length ${wanted.D}`,
    {
      where: file.path,
      fix: "cluster again with this architecture and number of clusters, " +
        "or choose those of the file",
    },
  );
}

function readMatrix(
  file: Hdf5File,
  name: string,
): { data: Float32Array<ArrayBuffer>; numRows: number; rowLength: number } {
  const { shape, data } = file.readDataset(name);
  const [numRows, rowLength] = shape;
  if (shape.length !== 2 || !numRows || !rowLength) {
    throw wordFailure(file.path, `${name} is [${shape.join(", ")}]`);
  }
  const values = toFloat32(data);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const row = Math.floor(wrong / rowLength);
    throw wordFailure(file.path, `row ${row} of ${name} is not finite`);
  }
  return { data: values, numRows, rowLength };
}

function wordFailure(path: string, reason: string): CheckpointError {
  return new CheckpointError("Cannot read a centroid file", {
    where: `${path} (${reason})`,
    fix: "cluster again, or give a file with descriptors [n, D] " +
      "and centroids [K, D]",
  });
}
