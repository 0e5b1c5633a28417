import { createHash } from "node:crypto";
import { z } from "zod";
import { ObjectGoneError, PermanentError } from "#shared/errors.ts";
import type { Objects } from "#shared/objects/objects.ts";
import { toDownload } from "#shared/web/download.ts";
import { toPlainAddress } from "#shared/web/plain.ts";
import { publicHttps } from "#shared/web/public-https.ts";
import { ask, type Reach } from "#shared/web/request.ts";
import { parseRetryAfter } from "#shared/web/retry-after.ts";
import { type Manifest, type ManifestEntry, type ManifestLine, openManifest } from "./manifest.ts";
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

/** A place in a manifest; another version of the manifest begins anew. */
const Place = z.object({ line: z.number(), digest: z.string() });

/**
 * A list of recordings as a source: JSON lines or CSV in the references bucket.
 * @throws PermanentError when the manifest is not there or cannot be read at all
 */
export async function manifestSource(options: ManifestOptions): Promise<Source> {
  const content = await readManifest(options);
  const manifest = openManifest(options.manifest, content);
  const wrong = firstIfAllWrong(manifest);
  if (wrong !== null)
    throw new PermanentError(
      "bad-manifest",
      `none of the lines of ${options.manifest} is right; line ${wrong.line}: ${wrong.problem}`,
    );
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return {
    name: "manifest",
    apiCalls: 0,
    waitedMs: 0,
    start: { line: 0, digest },
    async *pages(place) {
      const { line, digest: version } = Place.parse(place);
      const seen = new Set<string>();
      let part: ManifestLine[] = [];
      const toNext = (next: Page["next"]) => toPage(part, manifest.found, next, seen, options);
      for (const entry of manifest.after(version === digest ? line : 0)) {
        if (part.length === linesPerPage) {
          yield await Promise.resolve(toNext({ line: part.at(-1)?.line ?? 0, digest }));
          part = [];
        }
        part.push(entry);
      }
      yield toNext(null);
    },
  };
}

/** The first line of a manifest of which no line is right; null where one is, or where there is none. */
function firstIfAllWrong(manifest: Manifest): ManifestLine | null {
  let first: ManifestLine | null = null;
  for (const line of manifest.after(0)) {
    if (line.entry !== null) return null;
    first ??= line;
  }
  return first;
}

async function readManifest({ references, manifest }: ManifestOptions): Promise<string> {
  let bytes: Uint8Array;
  try {
    const size = await references.size(manifest);
    if (size > manifestLimitBytes)
      throw new PermanentError(
        "bad-manifest",
        `${manifest} has ${size} bytes, it may have ${manifestLimitBytes}: split it`,
      );
    bytes = await references.read(manifest);
  } catch (error) {
    if (!(error instanceof ObjectGoneError)) throw error;
    throw new PermanentError("no-manifest", error.message, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PermanentError("bad-manifest", `${manifest} is not UTF-8`, { cause: error });
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
  url.hash = ""; // it says where to look in a file, not which one
  const id = createHash("sha256").update(withoutSignature(url).href).digest("hex").slice(0, 20);
  const get = async (method: "GET" | "HEAD", ends = signal) => {
    const until = AbortSignal.any([signal, ends]);
    const answer = await ask(url, reach, { method, idleTimeoutMs, signal: until });
    if (answer.status === 200) return answer;
    answer.body.destroy();
    const message = `${toPlainAddress(url)} answered ${answer.status}`;
    if (answer.status === 404 || answer.status === 410)
      throw new PermanentError("file-missing", message);
    const isTemporary = answer.status >= 500 || [408, 425, 429].includes(answer.status);
    if (!isTemporary) throw new PermanentError("refused", message);
    const retryAfterMs = parseRetryAfter(answer.headers["retry-after"], Date.now());
    throw Object.assign(new Error(message), retryAfterMs === undefined ? {} : { retryAfterMs });
  };
  return {
    id,
    title: entry.title,
    license: entry.license,
    genAiPreference: entry.gen_ai_preference ?? null,
    host: url.host,
    durationSeconds: null,
    metadata: toMetadata({
      source: "manifest",
      "source-id": id,
      "source-url": entry.source_url ?? url.origin + url.pathname,
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
    async open(limitBytes, ends) {
      const answer = await get("GET", ends);
      return toDownload(answer, { limitBytes, md5: entry.md5?.toLowerCase() ?? null });
    },
    async bytes() {
      const { headers, body } = await get("HEAD");
      body.resume();
      return headers["content-length"] === undefined ? null : Number(headers["content-length"]);
    },
  };
}

/** What clouds and caches add to an address to let its bearer in for a while: the file stays the same. */
const signature =
  /^(x-(goog|amz)-.+|googleaccessid|awsaccesskeyid|key-pair-id|policy|signature|expires|sig)$/i;

/** The address by which a file is known: one that was signed anew is the same file. */
function withoutSignature(url: URL): URL {
  const plain = new URL(url);
  for (const name of url.searchParams.keys())
    if (signature.test(name)) plain.searchParams.delete(name);
  return plain;
}

/** The file's own extension when it looks like one; what the file really is, `load` finds by its content. */
const extension = (url: URL) =>
  /\.([a-z0-9]{2,5})$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? "audio";
