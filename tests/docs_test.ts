import assert from "node:assert/strict";
import { FLAGS_DOC, makeFlagsDoc } from "./flags_doc.ts";

Deno.test("docs/flags.md is what the tables of flags make", async () => {
  assert.equal(
    await Deno.readTextFile(FLAGS_DOC),
    await makeFlagsDoc(),
    "write it again with `deno run -A tests/write_flags_doc.ts`",
  );
});
