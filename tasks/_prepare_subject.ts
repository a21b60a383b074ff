/**
 * From the options of a task to what it evaluates.
 *
 * @module
 */
import {
  type DescribeOptions,
  evaluateModel,
  type EvaluateOptions,
  type PlaceDataset,
} from "../mod.ts";
import { type DataGroups, prepareHead } from "./_prepare.ts";
import {
  type DescriberGroups,
  type PreparedDescriber,
  prepareDescriber,
} from "./_prepare_describer.ts";
import { type FoundGroups, nameSplit, prepareFound } from "./_prepare_found.ts";
import type { TaskRun } from "./_run.ts";
import type { Subject } from "./_subject.ts";
import {
  fitWhitening,
  keepWhitening,
  nameWhitened,
  type WhitenGroups,
} from "./_whiten.ts";

/** Options that decide on what is evaluated. */
interface SubjectGroups
  extends DescriberGroups, DataGroups, WhitenGroups, FoundGroups {
  describe: DescribeOptions;
  evaluate: EvaluateOptions;
}

/** Opens what the options name. */
export async function prepareSubject(
  run: TaskRun<SubjectGroups>,
  dataset: PlaceDataset,
): Promise<Subject> {
  return await prepareFound(run, dataset) ??
    await prepareModelSubject(run, dataset);
}

async function prepareModelSubject(
  run: TaskRun<SubjectGroups>,
  dataset: PlaceDataset,
): Promise<Subject> {
  const { whiten, evaluate, describe } = run.options;
  const prepared = await prepareDescriber(
    run,
    async (own) => own.earlier ? undefined : await prepareHead(run, own),
  );
  const { model, images, onnx, earlier, flags } = prepared;
  let fitted: Awaited<ReturnType<typeof fitWhitening>> | undefined;
  return {
    name: model.name,
    title: nameWhitened(nameSplit(dataset), run, prepared),
    ...(earlier && { earlier }),
    engine: model.engine,
    get descriptorLength() {
      return model.descriptorLength; // that of a whitening, once it is fitted
    },
    images,
    facts: [describeOrigin(prepared)],
    flags,
    stated: { ...(onnx && { onnx }) },
    evaluate: async (work) => {
      if (whiten.whitenLength !== undefined) {
        fitted = await fitWhitening(run, prepared, { cachePath: work });
      }
      const settings = { ...evaluate, output: work, images, describe };
      return await run.show(evaluateModel(model, dataset, settings));
    },
    keep: async (output) =>
      fitted ? await keepWhitening(run, output, fitted) : {},
    [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
  };
}

function describeOrigin({ earlier, flags, onnx }: PreparedDescriber): string {
  if (onnx) return `ONNX file ${onnx.file}, SHA-256 ${onnx.sha256}`;
  if (earlier?.checkpoint) {
    const { name, state: { epoch } } = earlier.checkpoint;
    return `Run ${earlier.folder}, checkpoint ${name} of epoch ${epoch}`;
  }
  const { weights } = flags.model as { weights?: string };
  return weights === undefined ? "Random weights" : `Weights ${weights}`;
}
