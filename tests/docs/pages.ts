/**
 * The pages that people read, and the commands in them.
 *
 * @module
 */
import { join } from "node:path";

/** The folder of the project. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** A page in Markdown. */
export interface Page {
  /** Path from the root of the project. */
  file: string;
  text: string;
}

/** A block of code, with what stands before it. */
export interface Block {
  language: string;
  code: string;
}

/** A command of a page, as a reader would type it. */
export interface PageCommand {
  file: string;
  command: string;
  /** What it prints, if the page shows it. */
  output?: Block;
}

/** Commands whose output is the next block. */
const SHOWN = / task demo$| --json$/;

/** README first, in the order in which they are read. */
export const PAGES: readonly Page[] = [
  "README.md",
  "CHANGELOG.md",
  ...listPages("docs"),
].map((file) => ({ file, text: readText(file) }));

function listPages(folder: string): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => `${folder}/${name}`)
    .sort();
}

/** The text of a file of the project. */
export function readText(file: string): string {
  return Deno.readTextFileSync(join(ROOT, file));
}

/** The code blocks of a page, in order. */
export function listBlocks(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .map(([, language, code]) => ({ language: language!, code: code! }));
}

/** The commands in the `bash` blocks of a page, one after the other, without comments. */
export function listCommands({ file, text }: Page): PageCommand[] {
  const blocks = listBlocks(text);
  return blocks.flatMap(({ language, code }, i) => {
    if (language !== "bash") return [];
    const commands: PageCommand[] = code.replaceAll("\\\n", " ")
      .split("\n")
      .map((line) => line.replace(/^#.*/, "").replaceAll(/ +/g, " ").trim())
      .filter((command) => command !== "")
      .map((command) => ({ file, command }));
    const output = blocks[i + 1];
    const last = commands.at(-1);
    if (last && output && SHOWN.test(last.command)) last.output = output;
    return commands;
  });
}

/** Commands that stand in a sentence, without what is in brackets or left open. */
export function listInlineCommands({ file, text }: Page): PageCommand[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/`((?:deno|npx|tensorboard)\s[^`]+)`/g)]
    .map(([, command]) => ({
      file,
      command: command!.replaceAll(/\s+/g, " "),
    }));
}

/** The task that a command runs, if it runs one. */
export function taskOf(command: string): string | undefined {
  return command.match(/^(?:npx -y )?deno(?:@\S+)? task (\w+)/)?.[1] ??
    command.match(/^deno run .*\btasks\/(\w+)\.ts/)?.[1];
}
