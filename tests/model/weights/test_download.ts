import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type DownloadedWeights,
  type DownloadEvent,
  type DownloadSettings,
  downloadWeights,
} from "../../../lib/model/weights/download_weights.ts";
import { drain } from "../../../lib/progress.ts";
import { inFolder } from "../../in_folder.ts";
import {
  CONTENT,
  hashOf,
  type Loopback,
  WEIGHTS,
  withServer,
} from "./serve_weights.ts";

/** The path that is asked for. */
export const PATH = `/models/${WEIGHTS.file}`;
export const FAST = { retrySeconds: 0.001, stallSeconds: 5 };
export const SHA256 = hashOf(CONTENT);

/** A server and an empty folder. */
export interface Scene extends Loopback {
  weightsPath: string;
  /** Where the weights are to be. */
  path: string;
  events: DownloadEvent[];
  download(settings?: DownloadSettings): Promise<DownloadedWeights>;
}

/** A test of what is downloaded from a server. */
export function testDownload(
  name: string,
  handle: Parameters<typeof withServer>[0],
  act: (scene: Scene) => Promise<void>,
): void {
  Deno.test(`downloadWeights() ${name}`, () =>
    inFolder((folder) =>
      withServer(handle, async ({ from, asked }) => {
        const weightsPath = join(folder, "weights");
        const events: DownloadEvent[] = [];
        const path = join(weightsPath, WEIGHTS.file);
        const download = (
          settings: DownloadSettings = {},
        ): Promise<DownloadedWeights> =>
          drain(
            downloadWeights(WEIGHTS, {
              ...{ from, weightsPath, ...FAST, ...settings },
            }),
            (event) => events.push(event),
          );
        await act({ from, asked, weightsPath, path, events, download });
      })
    ));
}

/** Checks that the weights are there, and nothing else. */
export function assertWhole({ path, weightsPath }: Scene): void {
  assert.deepEqual(Deno.readFileSync(path), CONTENT);
  assert.deepEqual(listNames(weightsPath), [WEIGHTS.file]);
}

export function listNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

export function listNotes({ events }: Scene): string[] {
  return events.flatMap((event) => event.kind === "note" ? [event.text] : []);
}
