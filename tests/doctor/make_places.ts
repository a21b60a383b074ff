import { drain } from "../../lib/progress.ts";
import type { PlaceDataset, PlaceImages } from "../../lib/data/dataset.ts";
import type { DoctorEvent } from "../../lib/doctor/doctor.ts";
import type { Finding } from "../../lib/doctor/finding.ts";

/** Images along a street that goes north-east, one every 10 m. */
export function makeStreet(
  count: number,
  { name = (i: number): string => `street/${i}.jpg`, east = 0 } = {},
): PlaceImages {
  return {
    paths: Array.from({ length: count }, (_, i) => name(i)),
    eastMeters: Float64Array.from(
      { length: count },
      (_, i) => 500_000 + east + 6 * i,
    ),
    northMeters: Float64Array.from({ length: count }, (_, i) => 4.4e6 + 8 * i),
  };
}

/** Queries beside a street, each 3 m from its database image. */
export function makePlaces(
  changes: Partial<PlaceDataset> = {},
): PlaceDataset {
  return {
    name: "street",
    split: "train",
    database: makeStreet(60),
    queries: makeStreet(60, { name: (i) => `queries/${i}.jpg`, east: 3 }),
    positiveRadius: 25,
    potentialPositiveRing: [0, 10],
    unit: "meters",
    ...changes,
  };
}

/** The same images at other positions. */
export function moveTo(
  images: PlaceImages,
  place: (east: number, north: number, i: number) => [number, number],
): PlaceImages {
  const moved = images.paths.map((_, i) =>
    place(images.eastMeters[i]!, images.northMeters[i]!, i)
  );
  return {
    ...images,
    eastMeters: Float64Array.from(moved, ([east]) => east),
    northMeters: Float64Array.from(moved, ([, north]) => north),
  };
}

/** Findings of checks that are not fine, as `grade check`. */
export function listTroubles(findings: Iterable<Finding>): string[] {
  return [...findings].filter(({ grade }) => grade !== "fine")
    .map(({ grade, check }) => `${grade} ${check}`);
}

/** The findings of events. */
export function findingsOf(events: Iterable<DoctorEvent>): Finding[] {
  return [...events].flatMap((event) =>
    event.kind === "finding" ? [event.finding] : []
  );
}

/** Runs a check to its end, and returns its findings and its result. */
export async function runCheck<Result>(
  check: AsyncGenerator<DoctorEvent, Result>,
): Promise<{ findings: Finding[]; result: Result }> {
  const findings: Finding[] = [];
  const result = await drain(check, (event) => {
    if (event.kind === "finding") findings.push(event.finding);
  });
  return { findings, result };
}
