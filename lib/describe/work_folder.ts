/**
 * A folder for what is needed only while a stage runs.
 *
 * @module
 */
import { CheckpointError, describeCause } from "../errors.ts";
import { makeFolder } from "../files.ts";

/** A folder that is there until it is disposed. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder of its own in `parent`, or among the system's temporary files.
 *
 * @param parent Folder, made if need be and removed again if nothing else came to lie in it.
 * @returns Declare it with `await using`.
 * @throws {CheckpointError} If it cannot be made.
 */
export async function openWorkFolder(parent?: string): Promise<WorkFolder> {
  try {
    const unmakeParent = parent && await makeFolder(parent);
    const path = await Deno.makeTempDir({
      ...(parent !== undefined && { dir: parent }),
      prefix: "cache-",
      suffix: ".tmp",
    });
    return {
      path,
      [Symbol.asyncDispose]: async () => {
        await Deno.remove(path, { recursive: true }).catch(() => {});
        if (unmakeParent) await unmakeParent();
      },
    };
  } catch (cause) {
    throw new CheckpointError("Cannot make a folder for descriptors", {
      where: `${parent ?? "temporary files"} (${describeCause(cause)})`,
      fix: "choose a folder that can be written, or set cachePath to one",
      cause,
    });
  }
}
