/**
 * The library names options; whoever types a command knows them as flags.
 *
 * @module
 */
import { listFlags, type TaskSpec } from "./_spec.ts";

/** A word that is no part of a path, perhaps after one that makes it an option. */
const WORD = /(?<![\w./\\-])(option |set )?([a-z]\w*)(?![\w./\\-])/g;

/**
 * Puts flags in the place of options: `set dataPath to` becomes `set --data-path to`.
 * An option that is an everyday word is one only after `option` or `set`.
 *
 * @param text What the library says.
 * @param spec The task that was run.
 */
export function nameFlags<Groups>(
  text: string,
  spec: TaskSpec<Groups>,
): string {
  const names = new Map(
    listFlags(spec).map(({ option, flag }) => [option, `--${flag.flag}`]),
  );
  return text.replaceAll(WORD, (whole, before: string | undefined, word) => {
    const flag = names.get(word);
    const isOption = before !== undefined || /[A-Z]/.test(word);
    if (flag === undefined || !isOption) return whole;
    return before === "set " ? `set ${flag}` : flag;
  });
}
