import assert from "node:assert/strict";
import { inFolder } from "../in_folder.ts";
import { pythonPackage, runPython } from "../run_python.ts";
import { makeEvaluation } from "../report/make_evaluation.ts";
import { readTinyCity } from "../tiny_city.ts";
import { EPOCH, logPlainly, makeStep } from "./log_plainly.ts";

/** Prints what TensorBoard has of a run, by kind and tag. */
const TENSORBOARD_READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1]).Reload()
tags = run.Tags()
print(json.dumps({
  "scalars": {t: [[e.step, e.value] for e in run.Scalars(t)] for t in tags["scalars"]},
  "images": {t: [[e.step, e.height, e.encoded_image_string[:3].hex()] for e in run.Images(t)] for t in tags["images"]},
  "texts": {t: [e.tensor_proto.string_val[0].decode() for e in run.Tensors(t)] for t in tags["tensors"]},
}))
`;

/** TensorBoard is no package of Debian's: that of whatever Python comes first. */
const PATH_PYTHON = { python: "python3" };
const { missing } = await pythonPackage("tensorboard", PATH_PYTHON);

Deno.test({
  name:
    `logEvents() writes what TensorBoard reads, without the steps that a killed run repeats${missing}`,
  ignore: missing !== "",
  fn: () =>
    inFolder(async (folder) => {
      const { database, ...dataset } = await readTinyCity("val");
      const queries = {
        paths: dataset.queries.paths.slice(0, 1),
        eastMeters: dataset.queries.eastMeters.slice(0, 1),
        northMeters: dataset.queries.northMeters.slice(0, 1),
      };
      const evaluation = makeEvaluation({
        ...{ queries: [], database: [], predictions: [[0]] },
        dataset: { ...dataset, queries, database },
      });
      const trained = { ...EPOCH, epoch: 1, loss: 0.5, learningRate: 0.25 };
      await logPlainly(folder, [
        [1000, { ...EPOCH, evaluation, recall: { "5": 0.75 } }],
        [1000, makeStep(1, 10)],
        [1000, trained],
        [1000, makeStep(2, 1)],
        [1000, makeStep(2, 2)],
        [1000, makeStep(2, 3)],
      ], { seed: 1 });
      await logPlainly(folder, [
        [0, { ...makeStep(2, 1), loss: 0.125 }],
        [0, { ...makeStep(2, 2), loss: 0.125 }],
      ]);
      const read = JSON.parse(
        await runPython(TENSORBOARD_READER, { ...PATH_PYTHON, args: [folder] }),
      );
      const { "Time/Checkpoint": _, "Time/Epoch": __, ...scalars } =
        read.scalars;
      assert.deepEqual(scalars, {
        "Val/Recall@5": [[0, 0.75]],
        "Train/Loss": [[10, 0.25], [11, 0.125], [12, 0.125]],
        "Train/nNeg": [[10, 3], [11, 3], [12, 3]],
        "Train/AvgLoss": [[1, 0.5]],
        "Train/LearningRate": [[1, 0.25]],
        "Time/Train": [[1, 1]],
      });
      assert.deepEqual(read.images, {
        "Val/Retrievals/1": [[0, 128, "ffd8ff"]],
      });
      assert.deepEqual(read.texts, {
        "Run/Options": ["| option | value |\n| --- | --- |\n| seed | 1 |"],
      });
    }),
});
