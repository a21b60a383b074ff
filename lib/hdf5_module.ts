/**
 * The HDF5 library, given one file of this machine at a time.
 *
 * The library is C compiled to WebAssembly with Emscripten, whose file system is in memory.
 * A node is put into that file system for each file that is opened here, with operations
 * that go to the disk: nothing is held in memory, and no other file can be reached.
 *
 * @module
 */
import { File, ready } from "h5wasm";

/** A file of this machine, open in the HDF5 library. */
export interface OpenHdf5 {
  file: File;
  /** Runs calls of the library; if the disk fails, what the disk said is thrown. */
  guard<Result>(act: () => Result): Result;
  /** Closes it. A write that fails at the last moment is thrown from here. */
  close(): void;
}

/** What Emscripten's file system has beyond its type declarations. */
interface FileSystem {
  root: unknown;
  createNode(parent: unknown, name: string, mode: number, device: number): Node;
  destroyNode(node: Node): void;
  ErrnoError: new (code: number) => Error;
}

interface Node {
  id: number;
  "node_ops": unknown;
  "stream_ops": unknown;
}

const REGULAR_FILE = 0o100666;
const INPUT_OUTPUT_ERROR = 29;

let numOpened = 0;

/**
 * Opens a file of this machine in the HDF5 library.
 *
 * @param mode `r` reads, `w` begins an empty file.
 * @throws What Deno or the HDF5 library throws; the caller words it.
 */
export async function openInHdf5(
  path: string,
  mode: "r" | "w",
): Promise<OpenHdf5> {
  const library = await ready;
  library.activate_throwing_error_handler();
  const system = library.FS as unknown as FileSystem;
  const write = mode === "w";
  const disk = Deno.openSync(path, {
    read: true,
    write,
    create: write,
    truncate: write,
  });
  const name = `disk${numOpened++}`;
  const node = system.createNode(system.root, name, REGULAR_FILE, 0);
  const problem: { cause?: unknown } = {};
  connect(node, disk, (cause) => {
    problem.cause = cause;
    throw new system.ErrnoError(INPUT_OUTPUT_ERROR);
  });
  const guard = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (error) {
      throw problem.cause ?? new Error(findReason(error), { cause: error });
    }
  };
  const release = (): void => {
    system.destroyNode(node);
    disk.close();
  };
  try {
    const file = guard(() => new File(`/${name}`, mode));
    return { file, guard, close: () => closeAll(file, guard, release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** The reason in an error of the library: the innermost line of its stack, or its message. */
function findReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reasons = [...message.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)];
  return reasons.at(-1)?.[1] ?? message;
}

function closeAll(
  file: File,
  guard: OpenHdf5["guard"],
  release: () => void,
): void {
  try {
    guard(() => file.close());
  } finally {
    release();
  }
}

/**
 * Gives a node of Emscripten's file system the content of a file on disk.
 *
 * Source: emscripten-core/emscripten, "File System API" (node and stream operations).
 */
function connect(
  node: Node,
  disk: Deno.FsFile,
  fail: (cause: unknown) => never,
): void {
  const orFail = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (cause) {
      return fail(cause);
    }
  };
  const sizeOf = (): number => orFail(() => disk.statSync().size);
  node.node_ops = {
    getattr: () => describe(node.id, sizeOf()),
    setattr: (_: Node, { size }: { size?: number }) => {
      if (size !== undefined) orFail(() => disk.truncateSync(size));
    },
  };
  node.stream_ops = {
    llseek: (stream: { position: number }, offset: number, whence: number) =>
      offset + [0, stream.position, whence === 2 ? sizeOf() : 0][whence]!,
    read: (_: unknown, ...place: Place) =>
      orFail(() => transfer(disk, place, (part) => disk.readSync(part) ?? 0)),
    write: (_: unknown, ...place: Place) =>
      orFail(() => transfer(disk, place, (part) => disk.writeSync(part))),
  };
}

/** Memory of the library, the part of it that is meant, and the place in the file. */
type Place = [
  memory: Int8Array<ArrayBuffer>,
  offset: number,
  length: number,
  position: number,
];

/** @returns Bytes that were moved: fewer than wanted only where the file ends. */
function transfer(
  disk: Deno.FsFile,
  [memory, offset, length, position]: Place,
  move: (part: Uint8Array) => number,
): number {
  const start = memory.byteOffset + offset;
  const part = new Uint8Array(memory.buffer, start, length);
  disk.seekSync(position, Deno.SeekMode.Start);
  let done = 0;
  while (done < length) {
    const moved = move(part.subarray(done));
    if (moved === 0) break;
    done += moved;
  }
  return done;
}

/** What `stat` tells of a file: the library looks at its identity and size. */
function describe(id: number, size: number): Record<string, unknown> {
  const epoch = new Date(0);
  return {
    dev: 1,
    ino: id,
    mode: REGULAR_FILE,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size,
    atime: epoch,
    mtime: epoch,
    ctime: epoch,
    blksize: 4096,
    blocks: Math.ceil(size / 4096),
  };
}
