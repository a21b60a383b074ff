/**
 * Photos of visitors, one at a time.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { describeFindings, describeFromFirst } from "./findings.ts";
import type { FirstDistances } from "./first_distances.ts";
import { type LocateMeans, locatePhoto } from "./locate.ts";
import { drawMatches } from "./match_map.ts";
import { type BodyLimits, readBody } from "./read_body.ts";
import { Refusal } from "./refusal.ts";
import { createTurns } from "./turns.ts";

/** How far the database is described. */
export interface LocatingState {
  isReady: boolean;
  /** What is being done, such as "describe database". */
  phase: string;
  done: number;
  total: number;
}

/** What the page shows of a photo. */
export interface LocateReply {
  /** Nearest first. */
  matches: readonly MatchReply[];
  /** How far they agree, and what such a distance is worth. */
  findings: readonly string[];
  /** A map of them, SVG; empty for classes. */
  map: string;
}

/** A database image that was found. */
export interface MatchReply {
  /** Which of the database images that can be searched. */
  index: number;
  /** Its file, with the folder it is in. */
  name: string;
  /** L2 distance of the descriptors. */
  distance: number;
  /** How far from the nearest image it was taken, or whether it is of its class, for people. */
  fromFirst: string;
  eastMeters: number;
  northMeters: number;
}

/** Locates photos, once the database is described. */
export interface Locating {
  state(): LocatingState;
  /** How far it is. */
  report(state: Omit<LocatingState, "isReady">): void;
  /** Begins to take photos; disposed, it takes no more, and ends the one at hand. */
  open(means: LocateMeans): AsyncDisposable;
  /**
   * Locates the photo in the body of a request. Nothing of it is kept.
   *
   * @throws {Refusal} If the database is not described yet, too many wait, or the body is no photo.
   */
  locate(request: Request): Promise<LocateReply>;
  /** File of a database image that can be found. */
  pathOf(index: number): string | undefined;
}

/** Photos that wait, the one at hand included. */
const MOST_WAITING = 8;

/** Makes what locates photos; it takes none yet. */
export function createLocating(
  firstDistances: FirstDistances,
  limits: Readonly<BodyLimits>,
): Locating {
  const turns = createTurns(MOST_WAITING);
  let means: LocateMeans | undefined;
  let progress = { phase: "prepare", done: 0, total: 0 };
  return {
    state: () => ({ isReady: means !== undefined, ...progress }),
    report: ({ phase, done, total }) => {
      progress = { phase, done, total };
    },
    open: (given) => {
      means = given;
      return {
        [Symbol.asyncDispose]: () => {
          means = undefined;
          return turns.close();
        },
      };
    },
    locate: async (request) => {
      const ready = means;
      if (ready === undefined) throw notReady();
      const photo = await readBody(request, limits);
      const found = await turns.take(() => locatePhoto(ready, photo));
      const { unit } = ready.dataset;
      return {
        matches: listMatches(found.matches, ready),
        findings: describeFindings(found, { unit, firstDistances }),
        map: drawMatches(found.matches, ready),
      };
    },
    pathOf: (index) => means?.descriptors.images.paths[index],
  };
}

function listMatches(
  matches: Awaited<ReturnType<typeof locatePhoto>>["matches"],
  { descriptors, dataset }: LocateMeans,
): MatchReply[] {
  const [first] = matches;
  return matches.map((match) => ({
    ...match,
    name: shortName(descriptors.images.paths[match.index]!),
    fromFirst: describeFromFirst(
      Math.hypot(
        match.eastMeters - first!.eastMeters,
        match.northMeters - first!.northMeters,
      ),
      dataset.unit,
    ),
  }));
}

function shortName(path: string): string {
  return join(basename(dirname(path)), basename(path));
}

function notReady(): Refusal {
  return new Refusal(
    503,
    "Cannot locate a photo yet: the database is being described",
    "wait until that is done",
    { "Retry-After": "5" },
  );
}
