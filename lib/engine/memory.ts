/**
 * How much memory the process has used.
 *
 * @module
 */
import process from "node:process";

/** Watches the memory of the process from its creation on. Needs no permission. */
export interface MemoryWatch {
  /** Looks at the memory held now: to be called now and then. */
  sample(): void;
  /**
   * The largest memory held so far, in bytes: buffers of WebAssembly and of
   * native libraries are in it, those on a GPU are not.
   */
  peakBytes(): number;
}

/**
 * Starts to watch the memory of the process; best as early as can be.
 *
 * The operating system's own count of the peak is exact, but on Linux it begins
 * at what the process held that started this one. Until it rises above that, the
 * largest sample is the answer.
 */
export function createMemoryWatch(): MemoryWatch {
  const inheritedBytes = countedPeakBytes();
  let sampledBytes = 0;
  const sample = (): void => {
    sampledBytes = Math.max(sampledBytes, Deno.memoryUsage().rss);
  };
  sample();
  return {
    sample,
    peakBytes: () => {
      sample();
      const counted = countedPeakBytes();
      return counted > inheritedBytes ? counted : sampledBytes;
    },
  };
}

/** The peak of the resident set as the operating system counts it. */
function countedPeakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
