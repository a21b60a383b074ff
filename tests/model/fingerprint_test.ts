import assert from "node:assert/strict";
import {
  fingerprintDescriber,
  fingerprintModel,
} from "../../lib/model/fingerprint.ts";
import { testOnWasm } from "../engine/test_on_wasm.ts";
import { makeModel } from "./make_model.ts";
import { makeWhitening } from "./make_whitening.ts";

testOnWasm(
  "fingerprintDescriber() changes with the head, which fingerprintModel() leaves out, and with what else is named",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet" });
    const [encoder, all] = [
      await fingerprintModel(model, 1),
      await fingerprintDescriber(model, 1),
    ];
    assert.match(all, /^[0-9a-f]{16}$/);
    assert.equal(await fingerprintDescriber(model, 1), all);
    assert.notEqual(await fingerprintDescriber(model, 2), all);
    const tensors = await model.exportTensors();
    tensors.get("pool.conv.weight")!.data[5]! += 1e-3;
    model.importTensors("test", tensors);
    assert.equal(await fingerprintModel(model, 1), encoder);
    assert.notEqual(await fingerprintDescriber(model, 1), all);
    await model.dispose();
  },
);

testOnWasm(
  "fingerprintDescriber() changes with the whitening, which fingerprintModel() leaves out",
  async (engine) => {
    const model = makeModel(engine, { arch: "alexnet", pooling: "gem" });
    const [encoder, all] = [
      await fingerprintModel(model, 1),
      await fingerprintDescriber(model, 1),
    ];
    model.setWhitening(makeWhitening(3, 32));
    assert.equal(await fingerprintModel(model, 1), encoder);
    assert.notEqual(await fingerprintDescriber(model, 1), all);
    model.setWhitening(undefined);
    assert.equal(await fingerprintDescriber(model, 1), all);
    await model.dispose();
  },
);
