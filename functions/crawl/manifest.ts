import { z } from "zod";
import { PermanentError } from "#shared/errors.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import { toLicenseId } from "#shared/licenses.ts";
import { cut } from "./cut.ts";
import { CsvError, parseCsv } from "./csv.ts";

const httpsUrl = z
  .url({
    protocol: /^https$/,
    hostname: z.regexes.hostname,
    error: "must be an https address of a named host",
  })
  .max(2000);
/** An address that is kept and shown, never asked: no scheme in it may do anything. */
const webUrl = z.url({ protocol: /^https?$/, error: "must be an http or https address" }).max(2000);
const text = z.string().trim().min(1).max(1000);

/** A line of a manifest: a recording to fetch, and how it may be used. */
export const ManifestEntry = z
  .strictObject({
    /** The audio file. */
    url: httpsUrl,
    title: text,
    /** SPDX id, the address of a Creative Commons deed, or `LicenseRef-NAME`. */
    license: text,
    license_url: webUrl.optional(),
    author: text.optional(),
    /** A page about the recording; default: its file. */
    source_url: webUrl.optional(),
    /** A list, or text with commas. */
    tags: z
      .union([z.array(z.string()), z.string().transform((tags) => tags.split(","))])
      .transform((tags) => tags.map((tag) => tag.trim()).filter(Boolean))
      .default([]),
    /** Of the file; it is checked. */
    md5: z
      .string()
      .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
      .optional(),
    gen_ai_preference: text.optional(),
    created: z.iso.datetime({ offset: true }).optional(),
  })
  .transform((entry, context) => {
    const isDeed = /^https?:/i.test(entry.license);
    const license = isDeed ? toSpdx(entry.license) : toLicenseId(entry.license);
    if (license === null) {
      context.addIssue({
        code: "custom",
        path: ["license"],
        message: `"${entry.license.slice(0, 100)}" is not known: give an SPDX id such as CC-BY-4.0, the address of a Creative Commons deed, or LicenseRef-NAME for a licence of another kind`,
      });
      return z.NEVER;
    }
    const { license_url = isDeed ? entry.license : undefined } = entry;
    return { ...entry, license, license_url };
  });
export type ManifestEntry = z.infer<typeof ManifestEntry>;

export interface ManifestLine {
  /** From 1. */
  readonly line: number;
  readonly entry: ManifestEntry | null;
  /** What is wrong with it; empty when it has an entry. */
  readonly problem: string;
}

/** A line may have a megabyte of what is wrong. */
const problemLimit = 500;

/** A line as it stands, not looked at yet. */
interface Raw {
  readonly line: number;
  readonly value: unknown;
  /** Why there is no value; empty when there is one. */
  readonly problem: string;
}

/** A manifest whose lines are read one after the other, as often as needed: what lives is its text. */
export interface Manifest {
  /** Lines that say something. */
  readonly found: number;
  /** Those behind a line; a line that is wrong is told apart, the others go on. */
  after(line: number): Generator<ManifestLine, void, undefined>;
}

/**
 * Opens a manifest, JSON lines or CSV by its name's extension.
 * @throws PermanentError `bad-manifest` for a CSV without the columns that are needed, or that is no CSV
 */
export function openManifest(name: string, content: string): Manifest {
  const plain = content.startsWith("\uFEFF") ? content.slice(1) : content;
  const raw = () => (/\.csv$/i.test(name) ? fromCsv(plain) : fromJsonLines(plain));
  try {
    let found = 0;
    for (const _ of raw()) found++;
    return {
      found,
      *after(line) {
        for (const one of raw()) if (one.line > line) yield toLine(one);
      },
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PermanentError("bad-manifest", `${name}: ${error.message}`, { cause: error });
  }
}

function* fromJsonLines(content: string): Generator<Raw, void, undefined> {
  let line = 1;
  for (let at = 0; at < content.length; line++) {
    const end = content.indexOf("\n", at);
    const text = content.slice(at, end === -1 ? undefined : end).trim();
    at = end === -1 ? content.length : end + 1;
    if (text !== "") yield { line, ...fromJson(text) };
  }
}

function fromJson(text: string): Pick<Raw, "value" | "problem"> {
  try {
    return { value: JSON.parse(text) as unknown, problem: "" };
  } catch {
    return { value: undefined, problem: "is not JSON" };
  }
}

function* fromCsv(content: string): Generator<Raw, void, undefined> {
  let columns: string[] | undefined;
  for (const { line, cells } of parseCsv(content)) {
    if (columns === undefined) {
      columns = readHead(cells);
      continue;
    }
    if (cells.length > columns.length) {
      const problem = `has ${cells.length} cells for ${columns.length} columns`;
      yield { line, value: undefined, problem };
      continue;
    }
    const said = columns.map((column, index) => [column, cells[index] ?? ""] as const);
    const value = Object.fromEntries(said.filter(([, cell]) => cell !== ""));
    yield { line, value, problem: "" };
  }
  if (columns === undefined) readHead([]);
}

function readHead(cells: readonly string[]): string[] {
  const columns = cells.map((cell) => cell.trim());
  const missing = ["url", "title", "license"].filter((column) => !columns.includes(column));
  if (missing.length === 0) return columns;
  throw new CsvError(`its first line must name the columns; missing: ${missing.join(", ")}`);
}

function toLine({ line, value, problem }: Raw): ManifestLine {
  if (problem !== "") return { line, entry: null, problem };
  const parsed = ManifestEntry.safeParse(value);
  if (parsed.success) return { line, entry: parsed.data, problem: "" };
  const problems = parsed.error.issues.map((issue) =>
    [issue.path.join("."), issue.message].filter(Boolean).join(": "),
  );
  return { line, entry: null, problem: cut(problems.join("; "), problemLimit) };
}
