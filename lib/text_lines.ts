/**
 * Lines of a text file, one after the other.
 *
 * @module
 */

/**
 * Reads a text file line by line: no more than a piece of it is held at a time.
 *
 * @returns Lines without their ends (`\n` or `\r\n`), and without the byte order mark of the first.
 * @throws What Deno throws; the caller words it.
 */
export async function* readLines(path: string): AsyncGenerator<string, void> {
  const file = await Deno.open(path);
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield withoutReturn(line);
  }
  if (rest !== "") yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
