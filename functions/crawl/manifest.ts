import { z } from "zod";
import { licenseId } from "#shared/config.ts";
import { PermanentError } from "#shared/errors.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import { CsvError, parseCsv } from "./csv.ts";

const httpsUrl = z
  .url({
    protocol: /^https$/,
    hostname: z.regexes.hostname,
    error: "must be an https address of a named host",
  })
  .max(2000);
const text = z.string().trim().min(1).max(1000);

/** A line of a manifest: a recording to fetch, and how it may be used. */
export const ManifestEntry = z
  .strictObject({
    /** The audio file. */
    url: httpsUrl,
    title: text,
    /** SPDX id, or the address of a Creative Commons deed. */
    license: text,
    license_url: z.url().optional(),
    author: text.optional(),
    /** A page about the recording; default: its file. */
    source_url: z.url().optional(),
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
    const fromDeed = toSpdx(entry.license);
    const isDeed = /^https?:/.test(entry.license);
    const license = fromDeed ?? entry.license;
    if ((isDeed && fromDeed === null) || !licenseId.safeParse(license).success) {
      context.addIssue({
        code: "custom",
        path: ["license"],
        message: "must be an SPDX id, such as CC-BY-4.0, or the address of a Creative Commons deed",
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

/**
 * The lines of a manifest, JSON lines or CSV by its name's extension. A line that is wrong is told apart, the
 * others go on.
 * @throws PermanentError `bad-manifest` for a CSV without the columns that are needed, or that is no CSV
 */
export function parseManifest(name: string, content: string): ManifestLine[] {
  const plain = content.replace(/^\uFEFF/, "");
  return /\.csv$/i.test(name) ? fromCsv(name, plain) : fromJsonLines(plain);
}

function fromJsonLines(content: string): ManifestLine[] {
  return content.split(/\r?\n/).flatMap((text, index) => {
    if (text.trim() === "") return [];
    try {
      return [toLine(index + 1, JSON.parse(text))];
    } catch {
      return [{ line: index + 1, entry: null, problem: "is not JSON" }];
    }
  });
}

function fromCsv(name: string, content: string): ManifestLine[] {
  try {
    const [head, ...rows] = parseCsv(content);
    const columns = head?.cells.map((cell) => cell.trim()) ?? [];
    const missing = ["url", "title", "license"].filter((column) => !columns.includes(column));
    if (missing.length > 0)
      throw new CsvError(`its first line must name the columns; missing: ${missing.join(", ")}`);
    return rows.map(({ line, cells }) => {
      if (cells.length > columns.length)
        return {
          line,
          entry: null,
          problem: `has ${cells.length} cells for ${columns.length} columns`,
        };
      const said = columns.map((column, index) => [column, cells[index] ?? ""] as const);
      return toLine(line, Object.fromEntries(said.filter(([, cell]) => cell !== "")));
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PermanentError("bad-manifest", `${name}: ${error.message}`, { cause: error });
  }
}

function toLine(line: number, value: unknown): ManifestLine {
  const parsed = ManifestEntry.safeParse(value);
  if (parsed.success) return { line, entry: parsed.data, problem: "" };
  const problems = parsed.error.issues.map((issue) =>
    [issue.path.join("."), issue.message].filter(Boolean).join(": "),
  );
  return { line, entry: null, problem: problems.join("; ") };
}
