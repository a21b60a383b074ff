/**
 * What an evaluation has to read and to write, and nothing more.
 *
 * @module
 */
import { dirname, join } from "node:path";
import {
  DatasetError,
  type DatasetOptions,
  DEMO_DATA_PATH,
  MODEL_DEFAULTS,
  namesFileOf,
  resolveClusterOptions,
  resolveDatasetOptions,
} from "../mod.ts";
import type { FoundOptions } from "./_flags_found.ts";
import type { GivenOptions } from "./_spec.ts";
import type { TestGroups } from "./_test_spec.ts";

/** Files and folders that an evaluation is let at. What is written may be read too. */
export interface Grants {
  read: readonly string[];
  write: readonly string[];
}

/** Links that are named one by one. */
const MAX_NAMED = 3;

/**
 * Follows from the flags alone: nothing that a stranger wrote is read, and no path taken from it.
 *
 * @param options What was given of the options of `test`.
 * @param output Folder of the results.
 */
export async function findGrants(
  options: GivenOptions<TestGroups>,
  output: string,
): Promise<Grants> {
  const { onnx, model, checkpoint, cluster, describe, whitening } = options;
  const { found } = options;
  const dataset = resolveDatasetOptions(options.dataset);
  const isPresent = (path: string | undefined): path is string =>
    path !== undefined;
  return {
    read: [
      ...listDatasetPaths(dataset),
      ...[
        onnx.onnx,
        model.weights,
        checkpoint.resume,
        cluster.centroids,
        whitening.whitening,
      ].filter(isPresent),
      ...listFoundPaths(found),
    ],
    write: [
      output,
      ...[describe.cachePath].filter(isPresent),
      ...(mayCluster(options)
        ? [resolveClusterOptions(cluster).centroidsPath]
        : []),
      ...(await mustBuildCity(dataset) ? [dirname(DEMO_DATA_PATH)] : []),
    ],
  };
}

/** What another program made, and the names beside descriptors of ours. */
function listFoundPaths(
  { descriptors, queryDescriptors, pairsFile }: FoundOptions,
): string[] {
  return [
    ...[descriptors, queryDescriptors].flatMap((path) =>
      path === undefined ? [] : [path, namesFileOf(path)]
    ),
    ...(pairsFile === undefined ? [] : [pairsFile]),
  ];
}

/** Where a dataset keeps its images and what it says of them. */
function listDatasetPaths(
  { dataset, dataPath, positions, ...others }: Readonly<DatasetOptions>,
): string[] {
  const { database, queries, groundTruth } = others;
  switch (dataset) {
    case "demo":
      return [dataPath || DEMO_DATA_PATH];
    case "csv":
      return [positions, dataPath || dirname(positions)];
    case "frames":
      return [join(dataPath, database), join(dataPath, queries)];
    case "lists":
      return [dataPath, database, queries, groundTruth];
    default:
      return [dataPath];
  }
}

/** Whether centroids are looked for, and made where there are none. */
function mayCluster(
  { onnx, model, checkpoint, cluster, found }: GivenOptions<TestGroups>,
): boolean {
  const { descriptors, pairsFile } = found;
  const given = [onnx.onnx, checkpoint.resume, cluster.centroids]
    .concat(descriptors, pairsFile);
  const { pooling = MODEL_DEFAULTS.pooling } = model;
  return pooling === "netvlad" && given.every((path) => path === undefined);
}

async function mustBuildCity(
  { dataset, dataPath }: Readonly<DatasetOptions>,
): Promise<boolean> {
  if (dataset !== "demo" || dataPath !== "") return false;
  return !await Deno.stat(DEMO_DATA_PATH).then(() => true, () => false);
}

/**
 * Checks that no link leads out of what is granted: Deno lets a program follow one from wherever it may read or write.
 *
 * @throws {DatasetError} If one does. A path that is given may itself be a link.
 */
export async function checkLinks({ read, write }: Grants): Promise<void> {
  const paths = [...read, ...write];
  const found = await Promise.all(paths.map(findRealPath));
  const roots = found.filter((path) => path !== undefined);
  const links = (await Promise.all(roots.map(listLinks))).flat();
  const targets = await Promise.all(links.map(findRealPath));
  const leaving = [
    ...new Set(links.filter((_, i) => !isWithin(roots, targets[i]))),
  ];
  if (leaving.length === 0) return;
  const named = leaving.slice(0, MAX_NAMED).map((link) =>
    `${link} → ${Deno.readLinkSync(link)}`
  );
  const more = leaving.length - named.length;
  throw new DatasetError(
    "Cannot hold an evaluation in folders with links that lead out of them",
    {
      where: named.join(", ") + (more > 0 ? ` and ${more} more` : ""),
      fix:
        "put what they lead to in their place; if they are links of your own, run the command above yourself",
    },
  );
}

function findRealPath(path: string): Promise<string | undefined> {
  return Deno.realPath(path).catch(() => undefined);
}

function isWithin(roots: readonly string[], path: string | undefined): boolean {
  return path !== undefined &&
    roots.some((root) => path === root || path.startsWith(join(root, "/")));
}

/** Every link in a folder and in those inside it; none in a file, nor where nobody may look. */
async function listLinks(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path)).catch(() => []);
  const links: string[] = [];
  for (const { name, isSymlink, isDirectory } of entries) {
    if (isSymlink) links.push(join(path, name));
    if (isDirectory) links.push(...await listLinks(join(path, name)));
  }
  return links;
}
