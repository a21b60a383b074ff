/** `deno task doctor`: is all well with this machine and this dataset? */
import { runDoctor } from "../mod.ts";
import {
  createFindingLines,
  formatStages,
  formatVerdict,
  inFlags,
} from "./_doctor_view.ts";
import { ENGINE_FLAGS, RANDOM_FLAGS, RUN_FLAGS } from "./_flags.ts";
import { IMAGE_FLAGS } from "./_flags_dataset.ts";
import { CHECKED_DATASET_FLAGS, DOCTOR_FLAGS } from "./_flags_doctor.ts";
import { MODEL_FLAGS } from "./_flags_model.ts";
import { runTask } from "./_run.ts";

const SPEC = {
  name: "doctor",
  description:
    "Checks the machine and its engines, and a dataset if one is given, before anyone waits: what would fail, what to fix, and what each stage will take. Fails if anything would.",
  groups: {
    doctor: DOCTOR_FLAGS,
    dataset: CHECKED_DATASET_FLAGS,
    images: IMAGE_FLAGS,
    model: MODEL_FLAGS,
    run: RUN_FLAGS,
    random: RANDOM_FLAGS,
    engine: ENGINE_FLAGS,
  },
};

await runTask(SPEC, async (run) => {
  const { doctor, dataset, random, ...options } = run.options;
  const linesOf = createFindingLines();
  const say = (lines: string[]): void => lines.forEach((line) => run.say(line));
  const diagnosis = await run.show(
    runDoctor({
      ...options,
      ...doctor,
      ...random,
      ...(Object.keys(dataset).length > 0 && { dataset }),
      now: () => performance.now(),
    }),
    (event) => {
      if (event.kind === "finding") say(linesOf(inFlags(event.finding, SPEC)));
      return undefined;
    },
  );
  const findings = diagnosis.findings.map((each) => inFlags(each, SPEC));
  say(formatStages(diagnosis));
  say(formatVerdict(findings));
  const hasFailed = findings.some(({ grade }) => grade === "fails");
  if (hasFailed) Deno.exitCode = 1;
  return { isWell: !hasFailed, ...diagnosis, findings };
});
