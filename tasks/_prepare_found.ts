/**
 * From the options of a task to descriptors or rankings that another program made.
 *
 * @module
 */
import { basename } from "node:path";
import {
  type DescribeOptions,
  type EngineOptions,
  evaluateDescriptors,
  type EvaluateOptions,
  evaluatePairs,
  type PlaceDataset,
  readDescriptors,
  readPairs,
  startEngine,
} from "../mod.ts";
import type { FoundOptions } from "./_flags_found.ts";
import type { TaskRun } from "./_run.ts";
import type { GivenOptions } from "./_spec.ts";
import type { Subject } from "./_subject.ts";

/** Options that decide on what was found, and on how it is evaluated. */
export interface FoundGroups {
  found: FoundOptions;
  engine: EngineOptions;
  describe: DescribeOptions;
  evaluate: EvaluateOptions;
}

/** A task with these options. */
type FoundRun = Pick<TaskRun<FoundGroups>, "show" | "note"> & {
  options: GivenOptions<FoundGroups>;
};

/** Names a split in the folder of its evaluation. */
export function nameSplit({ name, split }: PlaceDataset): string {
  return `${name}_${split}`;
}

/** Opens the descriptors or reads the pairs that the options name; undefined if they name none. */
export async function prepareFound(
  run: FoundRun,
  dataset: PlaceDataset,
): Promise<Subject | undefined> {
  const { descriptors, pairsFile } = run.options.found;
  if (descriptors !== undefined) {
    return await openDescriptors(run, dataset, descriptors);
  }
  return pairsFile === undefined
    ? undefined
    : await openPairs(run, dataset, pairsFile);
}

async function openDescriptors(
  { options, show, note }: FoundRun,
  dataset: PlaceDataset,
  path: string,
): Promise<Subject> {
  const { queryDescriptors } = options.found;
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await readDescriptors(path));
  const queries = queryDescriptors === undefined
    ? undefined
    : cleanup.use(await readDescriptors(queryDescriptors));
  const engine = await startEngine(options.engine);
  cleanup.defer(() => engine.dispose());
  note(`engine: ${engine.name} (${engine.device}), ${engine.reason}`);
  note(
    `descriptors: ${database.numRows} of ${database.rowLength} values in ${path}`,
  );
  const resources = cleanup.move();
  return {
    ...describeFile(path, dataset),
    engine,
    descriptorLength: database.rowLength,
    facts: [`Descriptors of ${path}${queries ? ` and ${queries.path}` : ""}`],
    flags: { found: options.found },
    evaluate: (work) =>
      show(evaluateDescriptors(
        engine,
        dataset,
        { database, ...(queries && { queries }) },
        { ...options.evaluate, output: work, describe: options.describe },
      )),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function openPairs(
  { options, show }: FoundRun,
  dataset: PlaceDataset,
  path: string,
): Promise<Subject> {
  const pairs = await readPairs(path);
  return {
    ...describeFile(path, dataset),
    engine: { name: "none", device: "nothing was computed" },
    descriptorLength: null,
    facts: [`Pairs of ${path}`],
    flags: { found: options.found },
    evaluate: () => show(evaluatePairs(dataset, pairs, options.evaluate)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What all that was found has in common. */
function describeFile(
  path: string,
  dataset: PlaceDataset,
): Pick<Subject, "name" | "title" | "images" | "stated" | "keep"> {
  return {
    name: basename(path).replace(/\.[^.]+$/, ""),
    title: nameSplit(dataset),
    images: {},
    stated: { found: path },
    keep: () => Promise.resolve({}),
  };
}
