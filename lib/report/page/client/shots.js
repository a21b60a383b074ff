// @ts-check
// The images of a query: itself, its predictions, and a positive that is not among them.

/** @typedef {import("../../report_data.ts").ReportData} ReportData */
/** @typedef {import("../../report_data.ts").ReportImages} ReportImages */
/**
 * @typedef {object} Shot
 * @property {"query" | "database"} kind
 * @property {number} row Of the images of its kind.
 * @property {string} path
 * @property {"query" | "right" | "wrong" | "positive"} role
 * @property {string} name Such as `1` for the first prediction.
 * @property {string} mark `✓`, `✗`, or nothing.
 * @property {string} place Distance of the positions, with its unit.
 * @property {string} distance Of the descriptors.
 */

/**
 * @param {ReportData} data
 * @param {number} query
 * @returns {Shot[]} The query first; at the end, where none of the predictions is right, a positive.
 */
export function listShots({ gallery, dataset }, query) {
  const { count, queries, database } = gallery;
  const ranks = [...Array(count).keys()].filter((rank) =>
    (gallery.predictions[query * count + rank] ?? -1) >= 0
  );
  const shots = ranks.map((rank) => {
    const at = query * count + rank;
    const right = gallery.correct[at] === "1";
    const row = gallery.predictions[at] ?? -1;
    return shotOf("database", row, database, {
      role: right ? "right" : "wrong",
      name: String(rank + 1),
      mark: right ? "✓" : "✗",
      place: formatPlace(gallery.positionDistances[at], dataset.unit),
      distance: formatDistance(gallery.distances[at]),
    });
  });
  const self = shotOf("query", query, queries, {
    role: "query",
    name: "query",
  });
  return [self, ...shots, ...listMissedPositive(gallery, query, dataset.unit)];
}

/**
 * @param {ReportData["gallery"]} gallery
 * @param {number} query
 * @param {ReportData["dataset"]["unit"]} unit
 * @returns {Shot[]}
 */
function listMissedPositive(gallery, query, unit) {
  const { queries, database } = gallery;
  const row = gallery.bestPositive[query] ?? -1;
  const { count, correct } = gallery;
  const shown = correct.slice(query * count, (query + 1) * count);
  if (row < 0 || shown.includes("1")) return [];
  const meters = Math.hypot(
    (queries.eastMeters[query] ?? NaN) - (database.eastMeters[row] ?? NaN),
    (queries.northMeters[query] ?? NaN) - (database.northMeters[row] ?? NaN),
  );
  return [shotOf("database", row, database, {
    role: "positive",
    name: "positive",
    place: formatPlace(meters, unit),
  })];
}

/**
 * @param {Shot["kind"]} kind
 * @param {number} row
 * @param {ReportImages} images
 * @param {Partial<Shot> & Pick<Shot, "role" | "name">} rest
 * @returns {Shot}
 */
function shotOf(kind, row, images, rest) {
  const path = images.paths[row] ?? "";
  return { kind, row, path, mark: "", place: "", distance: "", ...rest };
}

/**
 * What a shot is, for people who do not see it.
 *
 * @param {Shot} shot
 */
export function describeShot({ role, name, path, place, distance }) {
  if (role === "query") return `Query ${path}`;
  const far = distance === ""
    ? place
    : `${place}, descriptor distance ${distance}`;
  return role === "positive"
    ? `Positive, ${far}: ${path}`
    : `Prediction ${name}, ${role}, ${far}: ${path}`;
}

/**
 * Paths without the folder that all have in common.
 *
 * @param {readonly string[]} paths
 */
export function shortenPaths(paths) {
  const parts = (paths[0] ?? "").split("/").slice(0, -1);
  const isShared = (/** @type {string} */ folder) =>
    paths.every((path) => path.startsWith(folder));
  while (parts.length > 0 && !isShared(`${parts.join("/")}/`)) parts.pop();
  const folder = parts.map((part) => `${part}/`).join("");
  return paths.map((path) => path.slice(folder.length));
}

/**
 * @param {number | null | undefined} value
 * @param {ReportData["dataset"]["unit"]} unit
 */
export function formatPlace(value, unit) {
  if (typeof value !== "number" || Number.isNaN(value)) return "–";
  if (unit === "frames") return `${value} ${value === 1 ? "frame" : "frames"}`;
  if (unit === "lists") return "";
  if (unit === "classes") return value === 0 ? "same class" : "another class";
  if (value >= 1000) return `${(value / 1000).toFixed(1)} km`;
  return `${value.toFixed(value < 10 ? 1 : 0)} m`;
}

/** @param {number | null | undefined} value */
function formatDistance(value) {
  return typeof value === "number" ? value.toFixed(3) : "–";
}
