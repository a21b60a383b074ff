/** `deno task weights [NAME...]`: the weights that torchvision publishes, from the network. */
import {
  type DownloadedWeights,
  downloadWeights,
  findPublishedWeights,
  type ListedWeights,
  listPublishedWeights,
  resolveDownloadOptions,
} from "../mod.ts";
import { DOWNLOAD_FLAGS } from "./_flags_weights.ts";
import { formatMegabytes } from "./_phase.ts";
import { runTask } from "./_run.ts";

/** What each state of weights is called. */
const STATES = { there: "there", part: "in part", missing: "-" } as const;

await runTask({
  name: "weights",
  description:
    "Downloads the weights that torchvision publishes for the networks NAME, such as vgg16, and checks them by their SHA-256. A download that was cut short goes on where it ended. Without a name, lists what there is. It is the only task that needs a network.",
  positionals: ["[NAME...]"],
  groups: { download: DOWNLOAD_FLAGS },
}, async (run) => {
  const { positionals, options: { download } } = run;
  const wanted = positionals.map(findPublishedWeights);
  if (wanted.length === 0) {
    const listed = await listPublishedWeights(download);
    for (const line of formatList(listed)) run.say(line);
    const { weightsPath } = resolveDownloadOptions(download);
    run.say(`\`deno task weights NAME\` downloads one to ${weightsPath}/`);
    return { weights: listed };
  }
  const weights: DownloadedWeights[] = [];
  for (const each of wanted) {
    const settings = { ...download, signal: run.signal };
    const found = await run.show(downloadWeights(each, settings));
    run.say(
      `${each.arch}: ${found.path}, ${
        found.wasThere ? "there already and right" : "downloaded"
      } (SHA-256 ${found.sha256})`,
    );
    weights.push(found);
  }
  return { weights };
});

function* formatList(listed: readonly ListedWeights[]): Generator<string> {
  for (const { arch, file, megabytes, state } of listed) {
    const size = formatMegabytes(megabytes).padStart(8);
    yield `${arch.padEnd(14)}${file.padEnd(29)}${size}  ${STATES[state]}`;
  }
}
