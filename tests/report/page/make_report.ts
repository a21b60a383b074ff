import { Buffer } from "node:buffer";
import { encodeJpeg } from "../../../lib/data/image/encode.ts";
import { createRandom } from "../../../lib/random.ts";
import type {
  ReportData,
  ReportImages,
} from "../../../lib/report/report_data.ts";

/** Predictions of each query. */
const COUNT = 5;

/** What becomes of a query, in turn: right at 1, found at 3, found at 8, not found, without positives. */
const FIRST_CORRECT = [1, 3, 8, 0, 0];
const NUM_POSITIVES = [2, 2, 2, 1, 0];

const STREET_QUERIES = 20;
const METERS_APART = 60;

/** What a report is made of. */
export interface MakeReportOptions {
  numQueries?: number;
  /** JPEG in base64 of every image, in turn. */
  thumbnails?: readonly (string | null)[];
}

/** A report on streets, of which each query has a near database image and a far one. */
export function makeReport(
  { numQueries = 120, thumbnails = [null] }: MakeReportOptions = {},
): ReportData {
  const queries = [...Array(numQueries).keys()];
  const statusOf = (query: number): number => query % FIRST_CORRECT.length;
  const [street, near, far] = [0, 5, 30].map((meters) => (query: number) => ({
    east: (query % STREET_QUERIES) * METERS_APART + meters,
    north: Math.floor(query / STREET_QUERIES) * METERS_APART + meters,
  }));
  const queryPlaces = queries.map((query) => street!(query));
  const databasePlaces = queries.flatMap((
    query,
  ) => [near!(query), far!(query)]);
  const ranks = queries.flatMap((query) =>
    [...Array(COUNT).keys()].map((rank) => ({ query, rank }))
  );
  const isRight = ({ query, rank }: { query: number; rank: number }): boolean =>
    FIRST_CORRECT[statusOf(query)] === rank + 1;
  const predictions = ranks.map((at) =>
    isRight(at) ? 2 * at.query : 2 * ((at.query + at.rank + 1) % numQueries) + 1
  );
  const place = (images: { east: number; north: number }[]) => ({
    eastMeters: images.map(({ east }) => east),
    northMeters: images.map(({ north }) => north),
    thumbnails: images.map((_, row) => thumbnails[row % thumbnails.length]!),
  });
  const images = (
    paths: string[],
    places: { east: number; north: number }[],
  ): ReportImages => ({ paths, ...place(places) });
  const right = queries.filter((query) => statusOf(query) === 0).length;
  return {
    title: "alexnet_netvlad on streets, split test",
    facts: ["Weights at random", "Descriptors of 2048 values"],
    dataset: {
      name: "streets",
      split: "test",
      numQueries,
      numDatabase: 2 * numQueries,
      queriesWithoutPositives: queries.filter((q) => statusOf(q) === 4).length,
      positiveRadius: 25,
      unit: "meters",
      countedQueries: numQueries,
      protocol: "all queries, 25 m",
    },
    results: [
      recallOf("untrained", 0.1),
      recallOf("trained", right / numQueries),
    ],
    training: [
      { epoch: 0, loss: null, learningRate: 1e-4, recall: { 1: 0.1, 5: 0.3 } },
      { epoch: 1, loss: 0.31, learningRate: 1e-4, recall: { 1: 0.2, 5: 0.5 } },
    ],
    gallery: {
      count: COUNT,
      queries: images(
        queries.map((query) =>
          `city/queries/street ${query % 7}/q${query}.jpg`
        ),
        queryPlaces,
      ),
      database: images(
        databasePlaces.map((_, row) => `city/database/d${row}.jpg`),
        databasePlaces,
      ),
      predictions,
      distances: ranks.map(({ query, rank }) =>
        0.3 + (query * 7 % numQueries) / numQueries / 2 + rank / 20
      ),
      positionDistances: ranks.map(({ query }, at) => {
        const [a, b] = [queryPlaces[query]!, databasePlaces[predictions[at]!]!];
        return Math.round(10 * Math.hypot(a.east - b.east, a.north - b.north)) /
          10;
      }),
      correct: ranks.map((at) => isRight(at) ? "1" : "0").join(""),
      firstCorrect: queries.map((query) => FIRST_CORRECT[statusOf(query)]!),
      numPositives: queries.map((query) => NUM_POSITIVES[statusOf(query)]!),
      bestPositive: queries.map((query) =>
        statusOf(query) === 4 ? -1 : 2 * query
      ),
    },
    options: { model: { arch: "alexnet", numClusters: 16 }, seed: 123 },
    engine: { name: "wasm", device: "2 threads" },
    versions: { Deno: "2.9.6" },
    seconds: { "describe database": 12.5, search: 0.2 },
  };
}

function recallOf(title: string, at1: number): ReportData["results"][number] {
  const recall = [1, 5, 10, 20].map((n) => {
    const value = Math.min(1, at1 + n / 40);
    return { n, value, low: value * 0.9, high: Math.min(1, value * 1.1) };
  });
  return { title, recall };
}

/** JPEGs in base64 of coarse noise, about as large as photographs of their size. */
export async function drawThumbnails(count: number): Promise<string[]> {
  const random = createRandom(1);
  const [width, height] = [160, 120];
  return await Promise.all(Array.from({ length: count }, async () => {
    const colors = Array.from(
      { length: 20 * 15 * 3 },
      () => 40 + random.nextInteger(160),
    );
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      return colors[((y >> 3) * 20 + (x >> 3)) * 3 + at % 3]!;
    });
    const jpeg = await encodeJpeg({ width, height, pixels }, 60);
    return Buffer.from(jpeg).toString("base64");
  }));
}
