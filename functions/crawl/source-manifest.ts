import { createHash } from "node:crypto";
import { lookup } from "node:dns";
import { z } from "zod";
import { ObjectGoneError, PermanentError } from "#shared/errors.ts";
import type { Objects } from "#shared/objects/objects.ts";
import { isPublicAddress } from "#shared/web/address.ts";
import { toDownload } from "#shared/web/download.ts";
import { ask, type Reach } from "#shared/web/request.ts";
import { type ManifestEntry, type ManifestLine, parseManifest } from "./manifest.ts";
import { toMetadata } from "./metadata.ts";
import type { Candidate, Page, Source } from "./source.ts";

export interface ManifestOptions {
  /** Bucket that the manifest is in. */
  readonly references: Objects;
  /** Name of the object. */
  readonly manifest: string;
  readonly signal: AbortSignal;
  readonly idleTimeoutMs: number;
  /** Where files may come from; default: `publicHttps`. */
  readonly reach?: Reach;
}

const manifestLimitBytes = 20_000_000;
const linesPerPage = 100;
/** Of the content types that are no audio, those that servers send for files they know nothing of. */
const unspecific = new Set(["application/octet-stream", "binary/octet-stream", "application/ogg"]);

/**
 * Where a manifest may point: https, no credentials in the address, and a host all of whose addresses are on
 * the public internet. The check is made on the very addresses that the connection then uses, in every
 * redirect again, so that a name that resolves to another address the second time gains nothing.
 */
export const publicHttps: Reach = {
  admit(url) {
    if (url.protocol !== "https:")
      throw new PermanentError("refused-address", `${url.protocol}//${url.host} is not https`);
    if (url.username !== "" || url.password !== "")
      throw new PermanentError("refused-address", `${url.host}: an address with credentials in it`);
  },
  isAllowedAddress: isPublicAddress,
  lookup,
};

/** A place in a manifest; another version of the manifest begins anew. */
const Place = z.object({ line: z.number(), digest: z.string() });

/**
 * A list of recordings as a source: JSON lines or CSV in the references bucket.
 * @throws PermanentError when the manifest is not there or cannot be read at all
 */
export async function manifestSource(options: ManifestOptions): Promise<Source> {
  const content = await readManifest(options);
  const lines = parseManifest(options.manifest, content);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return {
    name: "manifest",
    apiCalls: 0,
    waitedMs: 0,
    start: { line: 0, digest },
    async *pages(place) {
      const { line, digest: version } = Place.parse(place);
      const left = version === digest ? lines.filter((entry) => entry.line > line) : lines;
      const seen = new Set<string>();
      for (let at = 0; at === 0 || at < left.length; at += linesPerPage) {
        const part = left.slice(at, at + linesPerPage);
        const isLast = at + linesPerPage >= left.length;
        const next = isLast ? null : { line: part.at(-1)?.line ?? 0, digest };
        yield await Promise.resolve(toPage(part, lines.length, next, seen, options));
      }
    },
  };
}

async function readManifest({ references, manifest }: ManifestOptions): Promise<string> {
  try {
    const bytes = await references.read(manifest);
    if (bytes.length > manifestLimitBytes)
      throw new PermanentError(
        "bad-manifest",
        `${manifest} has ${bytes.length} bytes, it may have ${manifestLimitBytes}: split it`,
      );
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof ObjectGoneError)
      throw new PermanentError("no-manifest", error.message, { cause: error });
    if (error instanceof TypeError)
      throw new PermanentError("bad-manifest", `${manifest} is not UTF-8`, { cause: error });
    throw error;
  }
}

function toPage(
  lines: readonly ManifestLine[],
  found: number,
  next: Page["next"],
  seen: Set<string>,
  options: ManifestOptions,
): Page {
  const candidates: Candidate[] = [];
  const failures: Page["failures"][number][] = [];
  for (const { line, entry, problem } of lines) {
    if (entry === null) {
      failures.push({ sound_id: null, title: `line ${line}`, reason: problem });
      continue;
    }
    const candidate = toCandidate(entry, options);
    if (seen.has(candidate.id)) continue; // the same file twice
    seen.add(candidate.id);
    candidates.push(candidate);
  }
  return { found, candidates, failures, newest: null, next };
}

function toCandidate(entry: ManifestEntry, options: ManifestOptions): Candidate {
  const { signal, idleTimeoutMs, reach = publicHttps } = options;
  const url = new URL(entry.url);
  const id = createHash("sha256").update(url.href).digest("hex").slice(0, 20);
  const get = async (method: "GET" | "HEAD") => {
    const answer = await ask(url, reach, { method, idleTimeoutMs, signal });
    if (answer.status === 200) return answer;
    answer.body.destroy();
    const message = `${url.href} answered ${answer.status}`;
    if (answer.status === 404 || answer.status === 410)
      throw new PermanentError("file-missing", message);
    const isTemporary = answer.status >= 500 || [408, 425, 429].includes(answer.status);
    throw isTemporary ? new Error(message) : new PermanentError("refused", message);
  };
  return {
    id,
    title: entry.title,
    license: entry.license,
    genAiPreference: entry.gen_ai_preference ?? null,
    durationSeconds: null,
    metadata: toMetadata({
      source: "manifest",
      "source-id": id,
      "source-url": entry.source_url ?? entry.url,
      title: entry.title,
      username: entry.author,
      license: entry.license,
      "license-url": entry.license_url,
      "gen-ai-preference": entry.gen_ai_preference,
      tags: entry.tags,
      md5: entry.md5?.toLowerCase(),
      created: entry.created,
    }),
    objectName: () => `manifest/${id}.${extension(url)}`,
    async open(limitBytes) {
      const answer = await get("GET");
      const type = answer.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
      if (type !== "" && !type.startsWith("audio/") && !unspecific.has(type)) {
        answer.body.destroy();
        throw new PermanentError("not-audio", `${url.href} is ${type}, not audio`);
      }
      return toDownload(answer, { limitBytes, md5: entry.md5?.toLowerCase() ?? null });
    },
    async bytes() {
      const { headers, body } = await get("HEAD");
      body.resume();
      return headers["content-length"] === undefined ? null : Number(headers["content-length"]);
    },
  };
}

/** The file's own extension when it looks like one; what the file really is, `load` finds by its content. */
const extension = (url: URL) =>
  /\.([a-z0-9]{2,5})$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? "audio";
