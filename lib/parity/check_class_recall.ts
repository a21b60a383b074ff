/**
 * Golden cases of recall among classes: an image is found if one of its class is.
 *
 * @module
 */
import { findWithinRadius, type Places } from "../data/radius.ts";
import type { Engine } from "../engine/engine.ts";
import { recallAtN } from "../evaluate/recall.ts";
import { drain } from "../progress.ts";
import { rowsInMemory } from "../search/descriptor_rows.ts";
import { searchExact } from "../search/exact.ts";
import type { CaseComparison } from "./comparison.ts";
import type { GoldenCase } from "./golden_case.ts";

/** Images of different classes are 1 or more apart. */
const CLASS_RADIUS = 0.5;

/** Compares recall of each image among all others, and among those of a gallery. */
export async function compareClassRecall(
  golden: GoldenCase,
  results: CaseComparison,
  engine: Engine,
): Promise<void> {
  results.skip("features", "labels", "gallery", "gallery_labels");
  const own = golden.numbers("labels").map((_, i) => i);
  const among = { gallery: "gallery", labels: "gallery_labels" };
  const self = { gallery: "features", labels: "labels" };
  results.compare(
    "recall_self",
    await findRecall(golden, engine, self, Int32Array.from(own)),
  );
  results.compare("recall_gallery", await findRecall(golden, engine, among));
}

/**
 * Recall at each rank of the case.
 *
 * @param names Datasets of what is searched.
 * @param leaveOut Index that each query may not find.
 */
async function findRecall(
  golden: GoldenCase,
  engine: Engine,
  { gallery, labels }: { gallery: string; labels: string },
  leaveOut?: Int32Array,
): Promise<number[]> {
  const ranks = golden.notes.scalars.ranks as number[];
  const { shape: [, F = 0] } = golden.read("features");
  const predictions = await drain(searchExact(
    engine,
    rowsInMemory(golden.float32(gallery), F),
    rowsInMemory(golden.float32("features"), F),
    {
      count: Math.max(...ranks),
      ...(leaveOut && { ownDatabaseIndex: leaveOut }),
    },
  ));
  const positives = findWithinRadius(
    toPlaces(golden.numbers("labels")),
    toPlaces(golden.numbers(labels)),
    CLASS_RADIUS,
    { ...(leaveOut && { leaveOut }) },
  );
  return [...recallAtN(predictions, positives, ranks).values()];
}

/** Classes as places: the class is the position. */
function toPlaces(labels: readonly number[]): Places {
  return {
    eastMeters: Float64Array.from(labels),
    northMeters: new Float64Array(labels.length),
  };
}
