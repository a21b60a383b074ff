/**
 * Pictures in a notebook of the Deno kernel.
 *
 * @module
 */
import { VprError } from "./errors.ts";

/** A picture that can be drawn again where it is. */
export interface LivePicture {
  /** Puts another SVG in its place. */
  update(svg: string): Promise<void>;
}

/** What the kernel asks the last value of a cell for. */
const DISPLAY = Symbol.for("Jupyter.display");

/**
 * Makes an SVG the value of a cell: the notebook shows it below the cell.
 *
 * @param svg SVG, such as `plotRecall` draws.
 * @returns What the kernel shows if it is the last value of a cell.
 *
 * @example
 * ```ts
 * import { plotLoss, show } from "@whereabouts/whereabouts";
 *
 * show(plotLoss([{ step: 1, loss: 0.2 }, { step: 2, loss: 0.1 }]));
 * ```
 */
export function show(svg: string): object {
  return { [DISPLAY]: () => asMedia(svg) };
}

/**
 * Shows an SVG below the cell now, to be drawn again in place.
 *
 * @param svg SVG, such as `plotLoss` draws.
 * @throws {VprError} Outside a notebook of the Deno kernel.
 *
 * @example
 * ```ts ignore
 * const picture = await showLive(plotLoss([]));
 * await picture.update(plotLoss([{ step: 1, loss: 0.2 }]));
 * ```
 */
export async function showLive(svg: string): Promise<LivePicture> {
  const { display } = openKernel();
  const id = crypto.randomUUID(); // names the picture for the frontend, and nothing else
  const draw = (svg: string, update: boolean): Promise<void> =>
    display(asMedia(svg), { raw: true, display_id: id, update });
  await draw(svg, false);
  return { update: (svg) => draw(svg, true) };
}

function asMedia(svg: string): Record<string, string> {
  return { "image/svg+xml": svg };
}

function openKernel(): typeof Deno.jupyter {
  try {
    return Deno.jupyter;
  } catch (cause) {
    throw new VprError("Cannot show a picture outside a notebook", {
      where: "this program, which is not run by the Deno kernel",
      fix: "run it as cells of a notebook, or write the SVG to a file",
      cause,
    });
  }
}
