import assert from "node:assert/strict";
import {
  createDecodePool,
  type DecodePool,
} from "../../../lib/data/image/decode_pool.ts";
import { IMAGE_DEFAULTS } from "../../../lib/data/image/options.ts";
import { readImage } from "../../../lib/data/image/read_image.ts";
import { goldenPath } from "./images.ts";

const PATHS = [
  "b_jpeg/vga_420.jpg",
  "b_jpeg/gray.jpg",
  "image/palette.png",
  "b_jpeg/cmyk_adobe.jpg",
  "image/lossy.webp",
  "b_jpeg/exif_rot6.jpg",
].map(goldenPath);

/** A worker that dies of its first message unless the path in it is `good`. */
const MORTAL_WORKER = `data:text/javascript,
  onmessage = ({ data }) => {
    if (data.path !== "good") throw "out of memory";
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    postMessage({ image });
  };`;

Deno.test({
  name: "createDecodePool() decodes, turns and resizes with read access only",
  permissions: { read: true },
  async fn(): Promise<void> {
    const options = {
      ...IMAGE_DEFAULTS,
      resize: { width: 96, height: 64 },
      resizeFilter: "lanczos",
      applyOrientation: true,
      threads: 2,
    } as const;
    using pool = createDecodePool(options);
    const images = await Promise.all(PATHS.map((path) => pool.decode(path)));
    const expected = PATHS.map((path) => readImage(path, options));
    assert.deepEqual(images, expected);
  },
});

Deno.test("createDecodePool() starts a worker only when none is free, and no more than threads", async () => {
  let started = 0;
  using pool = createDecodePool({ threads: 2 }, () => {
    started++;
    return new Worker(MORTAL_WORKER, { type: "module" });
  });
  assert.equal(started, 0);
  await pool.decode("good");
  await pool.decode("good");
  assert.equal(started, 1);
  await Promise.all(Array.from({ length: 9 }, () => pool.decode("good")));
  assert.equal(started, 2);
});

Deno.test("DecodePool.decode() names the file that cannot be read, and goes on", async () => {
  using pool = createDecodePool({ threads: 1 });
  const missing = goldenPath("image/missing.jpg");
  await assert.rejects(pool.decode(missing), (error: Error) => {
    assert.equal(error.name, "DatasetError");
    assert.match(error.message, /^Cannot read an image\n/);
    return "where" in error && String(error.where).startsWith(missing);
  });
  const text = goldenPath("image/decoded.json");
  await assert.rejects(pool.decode(text), {
    name: "DatasetError",
    where: `${text} (it is no JPEG, PNG or WebP)`,
    fix: /JPEG, PNG or WebP/,
  });
  await assert.rejects(pool.decode(goldenPath("image")), {
    name: "DatasetError",
  });
  assert.equal((await pool.decode(PATHS[0]!)).width, 640);
});

Deno.test("DecodePool.decode() outlives its workers", async () => {
  using pool = createDecodePool(
    { threads: 2 },
    () => new Worker(MORTAL_WORKER, { type: "module" }),
  );
  const paths = ["good", "bad", "bad", "good", "bad", "good"];
  const outcomes = await Promise.allSettled(paths.map((p) => pool.decode(p)));
  assert.deepEqual(
    outcomes.map(({ status }) => status === "fulfilled" ? "good" : "bad"),
    paths,
  );
  await assert.rejects(pool.decode("bad"), {
    name: "DatasetError",
    where: /^bad \(its worker died: .*out of memory.*\)$/,
    fix: /replace/,
  });
});

Deno.test("DecodePool.decode() does not give work to a worker that died idle", async () => {
  const workers: FakeWorker[] = [];
  using pool = createDecodePool({ threads: 1 }, () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  });
  await pool.decode("first");
  workers[0]!.onerror(new ErrorEvent("error", { message: "late" }));
  await pool.decode("second");
  assert.deepEqual(workers.map(({ received }) => received), [1, 1]);
});

Deno.test("DecodePool.decode() does not hang on a worker that cannot start", async () => {
  using pool = createDecodePool(
    { threads: 1 },
    () => new Worker("data:text/javascript,syntax error", { type: "module" }),
  );
  for (const path of ["first", "second"]) {
    await assert.rejects(pool.decode(path), {
      name: "DatasetError",
      where: new RegExp(`^${path} \\(its worker died`),
    });
  }
});

Deno.test("DecodePool.close() ends what is under way, and may be called twice", async () => {
  const pool: DecodePool = createDecodePool({ threads: 1 });
  const images = Promise.allSettled(PATHS.map((path) => pool.decode(path)));
  pool.close();
  pool.close();
  const outcomes = await images;
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  await assert.rejects(pool.decode(PATHS[0]!), {
    name: "DatasetError",
    where: /\(the decode pool is closed\)$/,
    fix: /keep the pool open/,
  });
});

Deno.test("createDecodePool() checks its options", () => {
  assert.throws(() => createDecodePool({ threads: 0 }), {
    name: "OptionsError",
    where: /^threads is 0/,
  });
});

/** A worker on this thread that answers everything with one black pixel. */
class FakeWorker {
  received = 0;
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: ErrorEvent) => void = () => {};

  postMessage(): void {
    this.received++;
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    this.onmessage({ data: { image } });
  }

  terminate(): void {}
}
