/**
 * Whether two evaluations are of the same dataset and queries, by the same protocol.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import type { StoredEvaluation } from "./stored_evaluation.ts";

/** Differing queries that are named. */
const MAX_NAMED = 3;

/**
 * Checks that two evaluations can be compared query by query. Names are compared without the
 * folders that all of them share, so that a dataset may have been moved.
 *
 * @throws {DatasetError} If they differ; it names all differences.
 */
export function checkSameQueries(
  a: StoredEvaluation,
  b: StoredEvaluation,
): void {
  const differences = [
    ...compareNames(a, b),
    ...compareValues("database images", a.numDatabase, b.numDatabase),
    ...compareProtocols(a, b),
  ];
  if (differences.length === 0) differences.push(...comparePositives(a, b));
  if (differences.length === 0) return;
  throw new DatasetError("Cannot compare evaluations that differ", {
    where: `${a.folder} and ${b.folder}: ${differences.join("; ")}`,
    fix: "evaluate both models on the same split, by the same protocol",
  });
}

function compareNames(a: StoredEvaluation, b: StoredEvaluation): string[] {
  const [first, second] = [shortNames(a), shortNames(b)];
  if (first.length === second.length) {
    const at = first.findIndex((name, i) => name !== second[i]);
    if (at < 0) return [];
  }
  const tell = (names: string[], others: string[]): string => {
    const known = new Set(others);
    const own = names.filter((name) => !known.has(name));
    return `${own.length} that the other has not${
      own.length > 0 ? ` (${own.slice(0, MAX_NAMED).join(", ")})` : ""
    }`;
  };
  return [
    `queries: ${first.length}, ${tell(first, second)}, and ${second.length}, ${
      tell(second, first)
    }`,
  ];
}

/** Names without the folders that all of them are in. */
function shortNames({ queries }: StoredEvaluation): string[] {
  const names = queries.map(({ query }) => query.split(/[/\\]/));
  const [first = []] = names;
  let shared = 0;
  while (
    shared < first.length - 1 &&
    names.every((parts) => parts[shared] === first[shared])
  ) shared++;
  return names.map((parts) => parts.slice(shared).join("/"));
}

function compareProtocols(
  { protocol: a }: StoredEvaluation,
  { protocol: b }: StoredEvaluation,
): string[] {
  return [
    ...compareValues("denominator", a.denominator, b.denominator),
    ...compareValues("suppress", a.suppress, b.suppress),
    ...compareValues("positiveRadius", a.positiveRadius, b.positiveRadius),
    ...compareValues("unit", a.unit, b.unit),
  ];
}

/** What one of the two does not say is taken to be the same. */
function compareValues(
  name: string,
  a: string | number | null,
  b: string | number | null,
): string[] {
  return a === null || b === null || a === b ? [] : [`${name}: ${a} and ${b}`];
}

function comparePositives(a: StoredEvaluation, b: StoredEvaluation): string[] {
  const differing = a.queries.filter(({ numPositives }, i) => {
    const other = b.queries[i]!.numPositives;
    return numPositives !== null && other !== null && numPositives !== other;
  });
  if (differing.length === 0) return [];
  const named = differing.slice(0, MAX_NAMED).map(({ query }) => query);
  return [
    `what is right for ${differing.length} queries, such as ${
      named.join(", ")
    }`,
  ];
}
