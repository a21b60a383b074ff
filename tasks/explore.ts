/** `deno task explore`: a report in a browser, and photos of a visitor located. */
import { exploreReport } from "../mod.ts";
import { ENGINE_FLAGS } from "./_flags.ts";
import {
  EXPLORE_FLAGS,
  EXPLORED_FLAGS,
  MOVED_FLAGS,
} from "./_flags_explore.ts";
import { prepareExplore } from "./_prepare_explore.ts";
import { runTask } from "./_run.ts";

await runTask({
  name: "explore",
  description:
    "Serves the report of RUN, a folder that test, train or demo wrote, at 127.0.0.1 with its images at full size, and finds where a photo of your own was taken: drop it on the page. No photo is kept, and none leaves this machine: the task may read and write files and listen at 127.0.0.1, and has no other network. The first start describes the database, and keeps its descriptors beside the report. Ctrl-C ends it.",
  positionals: ["RUN"],
  groups: {
    explore: EXPLORE_FLAGS,
    checkpoint: EXPLORED_FLAGS,
    dataset: MOVED_FLAGS,
    engine: ENGINE_FLAGS,
  },
}, async (run) => {
  const [folder = ""] = run.positionals;
  await using explored = await prepareExplore(run, folder);
  const { model, dataset, report, images } = explored;
  let url = "";
  await run.show(
    exploreReport(model, dataset, {
      ...run.options.explore,
      report,
      images,
      signal: run.signal,
    }),
    (event) => {
      if (event.kind === "serving") {
        url = event.url;
        run.say(`report: ${url}`);
      }
      if (event.kind === "ready") run.say(`locate a photo: ${url}locate`);
      return undefined;
    },
  );
  return { url };
});
