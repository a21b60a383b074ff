/**
 * Where to look when a recall is no more than chance.
 *
 * @module
 */
import {
  chanceRecall,
  type DatasetOptions,
  type Evaluation,
  type ImageOptions,
  isNearChance,
} from "../mod.ts";
import { BOOLEAN } from "./_flag_types.ts";
import { DATASET_FLAGS, IMAGE_FLAGS } from "./_flags_dataset.ts";
import { quote } from "./_shell_word.ts";
import type { FlagGroup, GivenOptions } from "./_spec.ts";

/** A line that suggests `deno task doctor` with the flags of the dataset, if recall is no more than chance; or none. */
export function suggestDoctor(
  evaluation: Evaluation,
  { dataset, images }: GivenOptions<
    { dataset: DatasetOptions; images: ImageOptions }
  >,
): string[] {
  if (!isNearChance(evaluation)) return [];
  const n = Math.min(...evaluation.recall.keys());
  const chance = chanceRecall(evaluation, [n]).get(n)!;
  const command = [
    ...["deno", "task", "doctor"],
    ...listGiven(DATASET_FLAGS, dataset),
    ...listGiven(IMAGE_FLAGS, images),
  ];
  return [
    `Recall@${n} is no more than chance (${
      (100 * chance).toFixed(1)
    } %): random weights, or something wrong with the dataset; see\n  ${
      command.map(quote).join(" ")
    }`,
  ];
}

/** The flags that were given, as they are typed. */
function listGiven<Options extends object>(
  { flags }: FlagGroup<Options>,
  given: Partial<Options>,
): string[] {
  const names = Object.keys(given) as (keyof Options)[];
  return names.flatMap((name) => {
    const { flag, type } = flags[name];
    const shown = type.show(given[name]!);
    if (type.placeholder !== BOOLEAN.placeholder) return [`--${flag}`, shown];
    return [shown === "true" ? `--${flag}` : `--no-${flag}`];
  });
}
