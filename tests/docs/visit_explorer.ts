import assert from "node:assert/strict";
import { startPageCommand } from "./run_page_command.ts";

/** Starts `deno task explore`, opens the page that it names, and stops it. */
export async function visitExplorer(
  world: string,
  command: string,
): Promise<void> {
  const process = startPageCommand(world, command);
  try {
    const url = await readUrl(process.stdout);
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /^<!doctype html>/i);
  } finally {
    process.kill("SIGINT");
    await process.stderr.cancel();
    await process.status;
  }
}

async function readUrl(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const part of stream) {
    text += decoder.decode(part, { stream: true });
    const url = text.match(/http:\/\/\S+/)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`no address in: ${text}`);
}
