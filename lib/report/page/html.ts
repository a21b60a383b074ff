/**
 * Markup that cannot be broken by what is put into it.
 *
 * @module
 */

/** Markup that needs no escaping any more. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, markup is not. */
export type HtmlValue = string | number | Markup | readonly Markup[];

/** A template of markup: `` html`<p>${text}</p>` ``. Values may stand in text and in quoted attributes. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly HtmlValue[]
): Markup {
  const texts = values.map((value) => {
    if (typeof value === "string") return escapeHtml(value);
    if (typeof value === "number") return String(value);
    if ("markup" in value) return value.markup;
    return value.map(({ markup }) => markup).join("");
  });
  return trusted(parts.map((part, i) => part + (texts[i] ?? "")).join(""));
}

/** Takes a text as markup: a drawing, or what was written here. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** Nothing. */
export const EMPTY: Markup = trusted("");

/** Text as it stands in markup and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** JSON as it may stand in a `<script>`: with no end tag, comment or line separator in it. */
export function embedJson(value: unknown): Markup {
  const json = JSON.stringify(value);
  return trusted(
    json.replaceAll(
      /[<\u2028\u2029]/g,
      (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
}
