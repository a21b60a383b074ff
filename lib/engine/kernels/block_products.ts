/**
 * Matrix products of float32 that add 16 terms in float32, the rest in double precision.
 *
 * XNNPACK adds all terms in float32, one after the other, which costs a digit in a
 * sum of a few thousand: enough to put a value near zero on its other side, and
 * the gradient behind a ReLU with it.
 *
 * @module
 */
import {
  addProducts,
  memory,
  packLanes,
  packRuns,
} from "./block_products.wasm";

/** Lanes of a panel, and rows of a tile. */
const LANES = 4;
/** Columns of a tile: it belongs to one panel on the left and two on the right. */
const TILE_COLUMNS = 2 * LANES;
const TILE_SIZE = LANES * TILE_COLUMNS;
const TILE_BYTES = 8 * TILE_SIZE;
/** Bytes of a value of float32. */
export const VALUE_BYTES = 4;
const PAGE_BYTES = 65536;
/** What one more depth adds to a panel. */
export const PANEL_STEP_BYTES = VALUE_BYTES * LANES;

/** Depth of a panel: it stays in the first cache while it meets many others. A multiple of 16. */
const BLOCK_DEPTH = 256;
const PANEL_BYTES = PANEL_STEP_BYTES * BLOCK_DEPTH;
/** Panels of the left side at once: they stay in the second cache. */
const BLOCK_PANELS = 16;
/** Sums that are kept at once: 32 MiB. */
const MAX_SUMS = 1 << 22;

/** One side of a product: its lanes are rows on the left, columns on the right. */
export interface Side {
  readonly numLanes: number;
  /**
   * Writes lanes `lane` to `lane + 3` between two depths as a panel. What is
   * beyond the last lane may be anything.
   *
   * @param to Address of the panel.
   */
  pack(to: number, lane: number, from: number, until: number): void;
}

/** Two sides of a common depth. */
export interface Sides {
  left: Side;
  right: Side;
  depth: number;
}

/** Addresses in the memory of the kernels, from 0 on for each kernel that runs. */
export class Workspace {
  #top = 0;

  /** Sets bytes aside, which may hold anything. */
  reserve(bytes: number): number {
    const address = this.#top;
    this.#top += Math.ceil(bytes / 16) * 16;
    // What packs the last lanes may read 12 bytes too far.
    const missing = this.#top + 16 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }

  /** Gives back an address and all after it. */
  release(address: number): void {
    this.#top = address;
  }

  /** Values to be filled at once: the view ends with the next reservation. */
  zeros(count: number): Float32Array {
    const address = this.reserve(VALUE_BYTES * count);
    return new Float32Array(memory.buffer, address, count).fill(0);
  }

  /** Copies values. */
  write(values: Float32Array): number {
    const copy = this.zeros(values.length);
    copy.set(values);
    return copy.byteOffset;
  }
}

/**
 * A side whose lanes lie one after the other.
 *
 * @param address Of `[numLanes, depth]` values.
 */
export function lanesInRows(
  address: number,
  numLanes: number,
  depth: number,
): Side {
  return {
    numLanes,
    pack: (to, lane, from, until) => {
      const run = (i: number): number =>
        address +
        VALUE_BYTES * (Math.min(lane + i, numLanes - 1) * depth + from);
      packRuns(to, run(0), run(1), run(2), run(3), until - from);
    },
  };
}

/**
 * A side whose lanes lie side by side.
 *
 * @param address Of `[depth, numLanes]` values.
 */
export function lanesInColumns(address: number, numLanes: number): Side {
  const rowBytes = VALUE_BYTES * numLanes;
  return {
    numLanes,
    pack: (to, lane, from, until) => {
      const first = address + from * rowBytes + VALUE_BYTES * lane;
      packLanes(to, first, rowBytes, until - from);
    },
  };
}

/**
 * Multiplies two sides.
 *
 * @param result `[left lanes, right lanes]`, to be filled.
 */
export function multiplySides(
  workspace: Workspace,
  sides: Sides,
  result: Float32Array,
): void {
  const rowPanels = Math.ceil(sides.left.numLanes / LANES);
  const tilesPerRow = Math.ceil(sides.right.numLanes / TILE_COLUMNS);
  const most = Math.max(1, Math.floor(MAX_SUMS / TILE_SIZE / tilesPerRow));
  const chunk = Math.min(rowPanels, most);
  const buffers = {
    tiles: workspace.reserve(chunk * tilesPerRow * TILE_BYTES),
    left: workspace.reserve(BLOCK_PANELS * PANEL_BYTES),
    right: workspace.reserve(2 * tilesPerRow * PANEL_BYTES),
  };
  for (let first = 0; first < rowPanels; first += chunk) {
    const count = Math.min(chunk, rowPanels - first);
    const size = count * tilesPerRow * TILE_SIZE;
    const sums = new Float64Array(memory.buffer, buffers.tiles, size).fill(0);
    addUp(sides, { first, count, tilesPerRow }, buffers);
    const firstValue = first * LANES * sides.right.numLanes;
    roundSums(sums, sides.right.numLanes, result.subarray(firstValue));
  }
  workspace.release(buffers.tiles);
}

/** Some panels on the left, and the tiles that each of them makes. */
interface Chunk {
  first: number;
  count: number;
  tilesPerRow: number;
}

/** Addresses of the tiles of a chunk, and of the panels of a block. */
interface Buffers {
  tiles: number;
  left: number;
  right: number;
}

/** Adds the products of a chunk to its tiles, block by block. */
function addUp(
  { left, right, depth }: Sides,
  { first, count, tilesPerRow }: Chunk,
  buffers: Buffers,
): void {
  for (let from = 0; from < depth; from += BLOCK_DEPTH) {
    const until = Math.min(from + BLOCK_DEPTH, depth);
    for (let lane = 0; lane < right.numLanes; lane += LANES) {
      const panel = buffers.right + lane / LANES * PANEL_BYTES;
      right.pack(panel, lane, from, until);
    }
    for (let start = 0; start < count; start += BLOCK_PANELS) {
      const rows = Math.min(BLOCK_PANELS, count - start);
      for (let i = 0; i < rows; i++) {
        const lane = (first + start + i) * LANES;
        left.pack(buffers.left + i * PANEL_BYTES, lane, from, until);
      }
      const tiles = buffers.tiles + start * tilesPerRow * TILE_BYTES;
      addBlock({ ...buffers, tiles }, rows, tilesPerRow, until - from);
    }
  }
}

/** Multiplies each panel on the left by all on the right. */
function addBlock(
  { tiles, left, right }: Buffers,
  rows: number,
  tilesPerRow: number,
  depth: number,
): void {
  for (let j = 0; j < tilesPerRow; j++) {
    const rightPanel = right + 2 * j * PANEL_BYTES;
    for (let i = 0; i < rows; i++) {
      addProducts(
        tiles + (i * tilesPerRow + j) * TILE_BYTES,
        left + i * PANEL_BYTES,
        rightPanel,
        rightPanel + PANEL_BYTES,
        depth,
      );
    }
  }
}

/**
 * Rounds tiles to float32.
 *
 * @param sums `[row panels, tiles, 4, 8]`
 * @param result `[rows, numColumns]`; what it has no place for is left out.
 */
function roundSums(
  sums: Float64Array,
  numColumns: number,
  result: Float32Array,
): void {
  const panelSums = Math.ceil(numColumns / TILE_COLUMNS) * TILE_SIZE;
  const maxRows = sums.length / panelSums * LANES;
  const numRows = Math.min(result.length / numColumns, maxRows);
  for (let row = 0; row < numRows; row++) {
    let from = Math.floor(row / LANES) * panelSums +
      row % LANES * TILE_COLUMNS;
    const end = (row + 1) * numColumns;
    for (let to = row * numColumns; to < end; from += TILE_SIZE) {
      const width = Math.min(TILE_COLUMNS, end - to);
      for (let i = 0; i < width; i++) result[to++] = sums[from + i]!;
    }
  }
}
