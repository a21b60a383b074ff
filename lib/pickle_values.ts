/**
 * What a pickle holds besides numbers, text and lists.
 *
 * @module
 */

/** A Python class or function that a pickle refers to. */
export class PickleGlobal {
  /** @param name Module and name, such as `collections.OrderedDict`. */
  constructor(readonly name: string) {}
}

/** A Python dict: values by the text of their key. It has no prototype. */
export type PickleDict = { [key: string]: unknown };

/** An empty dict; pairs, if given, are those of Python's `OrderedDict([...])`. */
export function createDict(pairs: [string, unknown][] = []): PickleDict {
  return Object.assign(Object.create(null), Object.fromEntries(pairs));
}

/** Whether a value is a Python dict. */
export function isDict(value: unknown): value is PickleDict {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === null;
}
