import assert from "node:assert/strict";
import { leaveOutIfTooLarge, LeftOut } from "../../lib/parity/too_large.ts";
import { makePlainEngine } from "../plain_engine.ts";

Deno.test("leaveOutIfTooLarge() leaves out what takes minutes on a GPU made of software, and nothing elsewhere", () => {
  const software = {
    ...makePlainEngine(),
    name: "webgpu",
    device: "llvmpipe (LLVM 15.0.6, 256 bits)",
  } as Parameters<typeof leaveOutIfTooLarge>[0];
  const [pixels, vgg16] = [640 * 480, 14.7e6];
  assert.throws(() => leaveOutIfTooLarge(software, pixels, vgg16), LeftOut);
  leaveOutIfTooLarge(software, pixels, vgg16 / 64);
  leaveOutIfTooLarge({ ...software, name: "wasm" }, pixels, vgg16);
  const hardware = { ...software, device: "NVIDIA H200" };
  leaveOutIfTooLarge(hardware, pixels, vgg16);
});
