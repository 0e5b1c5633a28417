import { PermanentError } from "#shared/errors.ts";
import type { Freesound } from "#shared/freesound/freesound.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import type { Sound } from "#shared/freesound/sound.ts";
import { soundMetadata } from "./metadata.ts";
import type { CrawlPlan } from "./plan.ts";
import type { Candidate, Source } from "./source.ts";
import { locate } from "./locate.ts";
import { idsPerFilter, readPages, Window } from "./search-pages.ts";

/**
 * Freesound's search as a source. By default it goes from the oldest sound to the newest, so that new sounds
 * come at the end and a crawl can go on where another one stopped.
 */
export function freesoundSource(
  freesound: Freesound,
  plan: CrawlPlan,
  /** RFC 3339; only sounds created since then. */
  since: string | null,
): Source {
  const toCandidate = (sound: Sound) => soundCandidate(freesound, sound, plan.format);

  return {
    name: "freesound",
    start: { from: since, page: 1, without: "" },
    get apiCalls() {
      return freesound.apiCalls;
    },
    get waitedMs() {
      return freesound.waitedMs;
    },

    async *pages(place) {
      const search = { query: plan.query, filter: plan.filter, sort: plan.sort };
      for await (const { sounds, ...page } of readPages(freesound, search, Window.parse(place)))
        yield { ...page, candidates: sounds.map(toCandidate) };
    },

    async find(ids) {
      const found: { candidates: Candidate[]; missing: string[] } = { candidates: [], missing: [] };
      for (let at = 0; at < ids.length; at += idsPerFilter) {
        const { sounds, missing } = await locate(freesound, ids.slice(at, at + idsPerFilter));
        found.candidates.push(...sounds.map(toCandidate));
        found.missing.push(...missing);
      }
      return found;
    },
  };
}

function soundCandidate(
  freesound: Freesound,
  sound: Sound,
  format: CrawlPlan["format"],
): Candidate {
  const preview = () => {
    const url = sound.previews[format];
    if (url === undefined) throw new PermanentError("preview-missing", `no ${format}`);
    return url;
  };
  return {
    id: String(sound.soundId),
    title: sound.name,
    license: toSpdx(sound.license),
    genAiPreference: sound.genAiPreference,
    host: hostOf(sound.previews[format]) ?? "Freesound",
    metadata: soundMetadata(sound, format),
    durationSeconds: sound.duration ?? null,
    objectName: () =>
      `freesound/${sound.soundId}.${format === "original" ? originalExtension(sound) : extension(preview())}`,
    open: (limitBytes, signal) =>
      format === "original"
        ? freesound.original(sound.soundId, sound.md5, limitBytes, signal)
        : freesound.preview(preview(), limitBytes, signal),
    bytes: async () => (format === "original" ? sound.fileSize : freesound.previewBytes(preview())),
  };
}

const hostOf = (url: string | undefined) => (url === undefined ? null : new URL(url).host);

/** The extension in the address of a preview, which names its real format. */
function extension(url: string): string {
  const match = /\.([a-z0-9]{2,5})$/i.exec(new URL(url).pathname);
  if (match?.[1] === undefined)
    throw new PermanentError("preview-unnamed", `${url} does not end in a file extension`);
  return match[1].toLowerCase();
}

function originalExtension({ type = "" }: Sound): string {
  if (/^[a-z0-9]{2,5}$/.test(type)) return type;
  throw new PermanentError("original-unnamed", `"${type}" is no file type`);
}
