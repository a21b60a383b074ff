/**
 * Training is of descriptors as they are before a whitening.
 *
 * @module
 */
import type { Model } from "../model/model.ts";
import { note, type NoteEvent } from "../progress.ts";

/** Ends the whitening of a model that is to be trained, and says so: it was fitted to other parameters. */
export function* leaveWhitening(model: Model): Generator<NoteEvent, void> {
  if (model.whitening === undefined) return;
  model.setWhitening(undefined);
  yield note(
    "the whitening of the weights is left out: training changes what it was fitted to; fit another afterwards",
  );
}
