import { PermanentError } from "#shared/errors.ts";
import { type Freesound, pageSize, type Search } from "#shared/freesound/freesound.ts";
import type { Sound, Unreadable } from "#shared/freesound/sound.ts";
import type { Failure } from "./source.ts";

export interface WholePage {
  readonly count: number;
  readonly sounds: readonly Sound[];
  readonly failures: readonly Failure[];
  /** Ids of the sounds that are there and cannot be read. */
  readonly unreadable: readonly number[];
  readonly isLast: boolean;
}

/** How often a page with nulls is asked for, at most. */
const readings = 4;

/**
 * One page of a search as whole as it can be had. Freesound answers `null` for what its index knows and its
 * database does not (yet): the page is read again as long as that reveals sounds, and what stays null is a
 * failure. `shifted` when the search counts other than `expectedCount`, or the page is past the last one: pages
 * have moved.
 */
export async function readWhole(
  freesound: Freesound,
  search: Search,
  expectedCount: number | null,
): Promise<WholePage | "shifted"> {
  const sounds = new Map<number, Sound>();
  const unreadable = new Map<number | null, Unreadable>();
  for (let reading = 1; ; reading++) {
    const page = await searchPage(freesound, search);
    if (page === null || (expectedCount !== null && page.count !== expectedCount)) return "shifted";
    const before = sounds.size;
    for (const result of page.results) {
      if (result === null) continue;
      if ("problem" in result) unreadable.set(result.soundId, result);
      else sounds.set(result.soundId, result);
    }
    const missing = page.results.length - sounds.size - unreadable.size;
    const isHopeless = reading > 1 && sounds.size === before;
    if (missing > 0 && !isHopeless && reading < readings) continue;
    const place = `of page ${search.page ?? 1} (${pageSize} a page)`;
    return {
      count: page.count,
      sounds: [...sounds.values()],
      unreadable: [...unreadable.keys()].filter((soundId) => soundId !== null),
      failures: [
        ...[...unreadable.values()].map(({ soundId, problem }) => ({
          sound_id: soundId,
          title: `sound ${soundId ?? "without an id"}`,
          reason: `Freesound describes it as nobody would expect: ${problem}`,
        })),
        ...Array.from({ length: Math.max(0, missing) }, () => ({
          sound_id: null,
          title: `a sound ${place}`,
          reason:
            "Freesound's search counts it but does not know it: deleted, or not published yet",
        })),
      ],
      isLast: page.next === null,
    };
  }
}

async function searchPage(freesound: Freesound, search: Search) {
  try {
    return await freesound.search(search);
  } catch (error) {
    const isPast = error instanceof PermanentError && error.reason === "not-found";
    if (isPast && (search.page ?? 1) > 1) return null;
    throw error;
  }
}
