import { PermanentError } from "#shared/errors.ts";
import { type Freesound, pageSize, type Search } from "#shared/freesound/freesound.ts";
import type { Sound, Unreadable } from "#shared/freesound/sound.ts";
import type { Failure } from "./source.ts";

export interface WholePage {
  readonly count: number;
  readonly sounds: readonly Sound[];
  /** Sounds that are there and cannot be read. */
  readonly unreadable: readonly Unreadable[];
  /** Results that stayed null. */
  readonly nulls: number;
  /** Of those, the ones with nothing else behind them. */
  readonly lastNulls: number;
  readonly isLast: boolean;
}

/** How often a page with nulls is asked for, at most. */
const readings = 4;

/**
 * One page of a search as whole as it can be had. Freesound answers `null` for what its index knows and its
 * database does not (yet): the page is read again as long as that reveals sounds. `shifted` when the search counts other than `expectedCount`, or the page is past the last one: pages
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
    const nulls = Math.max(0, missing);
    const afterLast =
      page.results.length - 1 - page.results.findLastIndex((result) => result !== null);
    return {
      count: page.count,
      sounds: [...sounds.values()],
      unreadable: [...unreadable.values()],
      nulls,
      lastNulls: Math.min(nulls, afterLast),
      isLast: page.next === null,
    };
  }
}

/** What of a page cannot be offered, for people. */
export const toFailures = (
  page: number,
  unreadable: readonly Unreadable[],
  nulls: number,
): Failure[] => [
  ...unreadable.map(({ soundId, problem }) => ({
    sound_id: soundId,
    title: `sound ${soundId ?? "without an id"}`,
    reason: `Freesound describes it as nobody would expect: ${problem}`,
  })),
  ...Array.from({ length: nulls }, () => ({
    sound_id: null,
    title: `a sound of page ${page} (${pageSize} a page)`,
    reason: "Freesound's search counts it but does not know it: deleted, or not published yet",
  })),
];

async function searchPage(freesound: Freesound, search: Search) {
  try {
    return await freesound.search(search);
  } catch (error) {
    const isPast = error instanceof PermanentError && error.reason === "not-found";
    if (isPast && (search.page ?? 1) > 1) return null;
    throw error;
  }
}
