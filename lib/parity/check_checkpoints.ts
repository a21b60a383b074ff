/**
 * Files that a golden run of training left: checkpoints of every kind, and its centroids.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import {
  readTorchCheckpoint,
  type TorchCheckpoint,
} from "../model/weights/torch_checkpoint.ts";
import { readCentroids } from "../train/centroid_file.ts";
import type { Optimizer } from "../train/optimizer.ts";
import { type CaseComparison, EXACT, toleranceOf } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/**
 * Compares `NAME.checkpoint.*` and `NAME_desc_cen.hdf5`, where they are there.
 *
 * @param optimizer As it is after the last step.
 */
export async function compareCheckpoints(
  golden: GoldenCase,
  results: CaseComparison,
  optimizer: Optimizer,
): Promise<void> {
  const start = basename(golden.path);
  const buffers = await optimizer.exportState();
  for await (const { name } of Deno.readDir(dirname(golden.path))) {
    if (name.startsWith(`${start}.checkpoint.`)) {
      const checkpoint = readTorchCheckpoint(golden.pathOf(name));
      const label = name.slice(start.length + 1);
      compareParameters(golden, results, label, checkpoint);
      compareBuffers(golden, results, label, { checkpoint, buffers });
    }
    if (name === `${start}_desc_cen.hdf5`) {
      await compareCentroids(golden, results, name);
    }
  }
}

/** Its parameters are those after the last step, to the last bit. */
function compareParameters(
  golden: GoldenCase,
  results: CaseComparison,
  label: string,
  { tensors }: TorchCheckpoint,
): void {
  const names = Object.keys(golden.notes.datasets)
    .filter((name) => name.startsWith("final/"));
  for (const name of names) {
    const parameter = name.slice("final/".length);
    results.compareWith(
      `${label}/${parameter}`,
      tensors.get(parameter)?.data ?? [],
      { ...golden.read(name), tolerance: EXACT },
    );
  }
}

/** What of an optimizer is compared, and where. */
interface BufferComparison {
  checkpoint: TorchCheckpoint;
  /** Ours, such as `momentum_buffer.features.0.weight`. */
  buffers: Awaited<ReturnType<Optimizer["exportState"]>>;
}

/**
 * Its momentum is ours. A case has no tolerance for it: a step moves a parameter by the
 * momentum times the learning rate, so that the parameter's own is divided by that.
 */
function compareBuffers(
  golden: GoldenCase,
  results: CaseComparison,
  label: string,
  { checkpoint: { optimizer, tensors }, buffers }: BufferComparison,
): void {
  if (optimizer === undefined) return;
  const moved = golden.notes.scalars.parameters_that_moved as string[];
  const numbered = optimizer.groups.flatMap(({ params }) => params);
  const trained = [...tensors.keys()].filter((name) => moved.includes(name));
  const rate = golden.numbers("lr").at(-1)!;
  for (const [i, name] of trained.entries()) {
    const state = optimizer.state.get(numbered[i]!);
    for (const [buffer, { shape, data }] of state?.buffers ?? []) {
      const ours = `${buffer}.${name.replace(/^encoder\./, "features.")}`;
      const final = golden.read(`final/${name}`).data;
      const { atol = 0 } = toleranceOf(golden, `final/${name}`, final);
      results.compareWith(
        `${label}/${buffer}.${name}`,
        buffers.get(ours)?.data ?? [],
        { data, shape, tolerance: { atol: atol / rate } },
      );
    }
  }
}

async function compareCentroids(
  golden: GoldenCase,
  results: CaseComparison,
  name: string,
): Promise<void> {
  const { centroids, descriptors } = await readCentroids(golden.pathOf(name));
  const parts = { clusters: centroids, traindescs: descriptors };
  for (const [key, values] of Object.entries(parts)) {
    const expected = { ...golden.read(key), tolerance: EXACT };
    results.compareWith(`${name}/${key}`, values, expected);
  }
}
