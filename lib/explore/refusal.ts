/**
 * Requests that are not answered, and why.
 *
 * @module
 */
import { VprError } from "../errors.ts";

/** A request that is refused: the visitor's doing, or the wrong moment. */
export class Refusal extends Error {
  override name = "Refusal";

  /**
   * @param status HTTP status.
   * @param what What cannot be done, beginning with "Cannot".
   * @param fix Something to do about it.
   * @param headers Of the response.
   */
  constructor(
    readonly status: number,
    what: string,
    readonly fix: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(what);
  }
}

/** What a visitor is told of an error. */
export interface ErrorReply {
  /** What cannot be done, beginning with "Cannot". */
  what: string;
  /** Where it went wrong, or "". */
  where: string;
  /** Something to do about it. */
  fix: string;
}

/** A photo that cannot be used is the visitor's to change. */
const UNPROCESSABLE = 422;
const INTERNAL_ERROR = 500;

/** The response for anything that was thrown: JSON `{ "error": { "what", "where", "fix" } }`. */
export function refuse(error: unknown): Response {
  const headers = error instanceof Refusal ? error.headers : {};
  return Response.json({ error: describeRefusal(error) }, {
    status: statusOf(error),
    headers,
  });
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  return error instanceof VprError ? UNPROCESSABLE : INTERNAL_ERROR;
}

function describeRefusal(error: unknown): ErrorReply {
  if (error instanceof Refusal) {
    return { what: error.message, where: "", fix: error.fix };
  }
  if (error instanceof VprError) {
    const [what = ""] = error.message.split("\n");
    return { what, where: error.where, fix: error.fix };
  }
  return {
    what: "Cannot answer: this is a bug in Whereabouts",
    where: String(error),
    fix: "report it, with what you asked for",
  };
}
