import { z } from "zod";
import { PermanentError } from "#shared/errors.ts";
import type { Freesound } from "#shared/freesound/freesound.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import type { Sound } from "#shared/freesound/sound.ts";
import { soundMetadata } from "./metadata.ts";
import type { CrawlPlan } from "./plan.ts";
import type { Candidate, Source } from "./source.ts";
import { locate } from "./locate.ts";
import { readWhole } from "./whole-page.ts";

/** A window of the search, oldest first: sounds created from `from` on, and a page of them from 1. */
const Window = z.object({ from: z.string().nullable(), page: z.number().int().positive() });
type Window = z.infer<typeof Window>;

/** Ids in one filter: an address of about 1500 characters. */
const idsPerCall = 100;
/** A window can begin anew at a time that fewer sounds share than a page holds. */
const tieLimit = 100;

/**
 * Freesound's search as a source. By default it goes from the oldest sound to the newest, so that new sounds
 * come at the end and a crawl can go on where another one stopped. When sounds are deleted meanwhile, pages
 * would shift under it: it then begins a new window at the last sound that it has seen.
 */
export function freesoundSource(
  freesound: Freesound,
  plan: CrawlPlan,
  /** RFC 3339; only sounds created since then. */
  since: string | null,
): Source {
  const byAge = plan.sort === "created_asc";
  const { query, sort } = plan;
  const toCandidate = (sound: Sound) => soundCandidate(freesound, sound, plan.format);

  return {
    name: "freesound",
    start: { from: since, page: 1 },
    get apiCalls() {
      return freesound.apiCalls;
    },
    get waitedMs() {
      return freesound.waitedMs;
    },

    async *pages(place) {
      let window: Window = Window.parse(place);
      let tail = { created: window.from, ties: 0 };
      let count: number | null = null;
      let found: number | null = null;
      const seen = new Set<number>();
      for (;;) {
        const filter = joinFilters(plan.filter, window.from);
        const search = { query, filter, sort, page: window.page };
        const answer = await readWhole(freesound, search, window.page === 1 ? null : count);
        if (answer === "shifted") {
          window = stepBack(window, byAge ? tail : null);
          count = null;
          continue;
        }
        count = answer.count;
        found ??= answer.count;
        const sounds = answer.sounds.filter(({ soundId }) => !seen.has(soundId));
        for (const sound of sounds) {
          seen.add(sound.soundId);
          const ties: number = sound.created === tail.created ? tail.ties + 1 : 1;
          tail = { created: sound.created, ties };
        }
        const following = { ...window, page: window.page + 1 };
        yield {
          found,
          candidates: sounds.map(toCandidate),
          failures: answer.failures,
          newest: byAge && seen.size > 0 ? tail.created : null,
          next: answer.isLast ? null : byAge ? anew(following, tail) : following,
        };
        if (answer.isLast) return;
        window = following;
      }
    },

    async find(ids) {
      const found: { candidates: Candidate[]; missing: string[] } = { candidates: [], missing: [] };
      for (let at = 0; at < ids.length; at += idsPerCall) {
        const { sounds, missing } = await locate(freesound, ids.slice(at, at + idsPerCall));
        found.candidates.push(...sounds.map(toCandidate));
        found.missing.push(...missing);
      }
      return found;
    },
  };
}

interface Tail {
  readonly created: string | null;
  /** Sounds seen that were created at this very time. */
  readonly ties: number;
}

/** The same place as a window of its own, which deletions before it cannot shift. */
function anew(window: Window, { created, ties }: Tail): Window {
  if (created === null || ties > tieLimit || created === window.from) return window;
  return { from: created, page: 1 };
}

/** Where nothing is missed after pages have shifted: at the last sound seen, or else a page before. */
function stepBack(window: Window, tail: Tail | null): Window {
  const again = tail === null ? window : anew(window, tail);
  return again === window ? { ...window, page: Math.max(1, window.page - 1) } : again;
}

function joinFilters(filter: string | undefined, from: string | null): string | undefined {
  if (from === null) return filter;
  const since = `created:[${from} TO *]`;
  return filter === undefined ? since : `${since} AND (${filter})`;
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
    open: (limitBytes) =>
      format === "original"
        ? freesound.original(sound.soundId, sound.md5, limitBytes)
        : freesound.preview(preview(), limitBytes),
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
