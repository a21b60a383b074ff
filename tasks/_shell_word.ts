/**
 * Words as a shell takes them.
 *
 * @module
 */

/** Puts a word in quotes if a shell would not take it as it is. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}
