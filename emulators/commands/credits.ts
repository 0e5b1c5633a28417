import { toLicenseName } from "#functions/load/attribution.ts";
import type { Row } from "./query.ts";

/** What a credits file says of a recording; the columns of its CSV form. */
export const creditColumns = [
  "id",
  "title",
  "author",
  "source_url",
  "license",
  "license_url",
  "gen_ai_preference",
  "attribution",
] as const;

/** Licences that ask for nothing, named last; the rest goes by name, and what is unknown comes first. */
const publicDomain = new Set(["CC0-1.0", "CC-PDDC", "CC-PDM-1.0"]);

/**
 * Credits as Markdown, a section for each licence and a line for each recording with the four parts that Creative
 * Commons recommends: title, author, source and licence.
 */
export function toMarkdown(rows: readonly Row[]): string {
  const sections = Map.groupBy(rows, (row) => text(row, "license"));
  const names = [...sections.keys()].toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const parts = names.map((license) => {
    const recordings = sections.get(license) ?? [];
    return [heading(license, recordings), "", ...recordings.map(toLine), ""].join("\n");
  });
  const authors = new Set(rows.map((row) => text(row, "author")).filter(Boolean)).size;
  const summary = `${count(rows.length, "recording")} by ${count(authors, "author")}.`;
  return ["# Credits", "", summary, "", ...parts].join("\n");
}

function rank(license: string): number {
  if (license === "") return 0;
  return publicDomain.has(license) ? 2 : 1;
}

function heading(license: string, recordings: readonly Row[]): string {
  const many = count(recordings.length, "recording");
  if (license === "")
    return `## Licence unknown (${many})\n\nNobody has said how these may be used: find out before you publish them.`;
  const deed = recordings.map((row) => text(row, "license_url")).find(Boolean);
  const name = toLicenseName(license);
  return `## ${deed === undefined ? escape(name) : link(name, deed)} (${many})`;
}

function toLine(row: Row): string {
  const title = text(row, "title") || text(row, "id");
  const source = text(row, "source_url");
  const author = text(row, "author");
  const license = text(row, "license");
  const deed = text(row, "license_url");
  const preference = text(row, "gen_ai_preference");
  const by = author === "" ? "" : ` by ${escape(author)}`;
  const name = toLicenseName(license);
  const under =
    license === "" ? "" : ` is licensed under ${deed === "" ? escape(name) : link(name, deed)}`;
  // What most uploaders leave as it is needs no words.
  const note =
    preference === "" || preference === "no-additional-preferences"
      ? ""
      : ` (preference on generative models: ${escape(preference)})`;
  return `- “${source === "" ? escape(title) : link(title, source)}”${by}${under}${note}`;
}

const text = (row: Row, name: string) => (typeof row[name] === "string" ? row[name] : "");

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/**
 * Titles are written by strangers: no character of theirs may become markup, an address or a mention of somebody
 * (GitHub makes links of bare ones), no line may break, and no direction of writing may be turned around.
 */
const escape = (words: string) =>
  words
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "")
    .replaceAll(/[\\`*_{}[\]()<>#|!&~$@:]/g, "\\$&")
    .replaceAll(/\b(www)\./gi, "$1\\.");

/** Only addresses of the web become links. */
function link(words: string, address: string): string {
  if (!/^https?:\/\/[^\s<>]+$/.test(address) || !URL.canParse(address)) return escape(words);
  return `[${escape(words)}](<${new URL(address).href}>)`;
}
