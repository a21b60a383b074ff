/** Writes docs/flags.md: `deno run -A tests/write_flags_doc.ts`. */
import { FLAGS_DOC, makeFlagsDoc } from "./flags_doc.ts";

await Deno.writeTextFile(FLAGS_DOC, await makeFlagsDoc());
console.log(`wrote ${FLAGS_DOC}`);
