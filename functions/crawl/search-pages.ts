import { z } from "zod";
import { PermanentError } from "#shared/errors.ts";
import type { Freesound, Search } from "#shared/freesound/freesound.ts";
import type { Sound } from "#shared/freesound/sound.ts";
import type { Failure } from "./source.ts";
import { readWhole, toFailures, type WholePage } from "./whole-page.ts";

/** A window of the search, oldest first. */
export const Window = z.object({
  /** Sounds created from then on. */
  from: z.string().nullable(),
  /** A page of them, from 1. */
  page: z.number().int().positive(),
  /** Ids of those that are left out, with commas. */
  without: z.string().default(""),
});
export type Window = z.infer<typeof Window>;

interface SoundPage {
  /** Sounds that the first answer counted. */
  readonly found: number;
  /** Those that have not come before. */
  readonly sounds: readonly Sound[];
  readonly failures: readonly Failure[];
  /** Newest `created` so far; null where the search does not go by age. */
  readonly newest: string | null;
  readonly next: Window | null;
}

/** How often the page before is read again, where a page is not the one that was to follow. */
const stepsBack = 3;
/** Ids in one filter: an address of about 1500 characters. */
export const idsPerFilter = 100;

/**
 * The pages of a search, each sound once. By age (`created_asc`) each page is the first one of a window that begins
 * at the last sound seen: whatever is deleted or added before it shifts nothing. Sounds of that very second that
 * were seen are left out by their ids, so that no page repeats any. Other orders have page numbers only: where the
 * count changes, the page before is read again, a few times at most.
 */
export async function* readPages(
  freesound: Freesound,
  { query, filter, sort }: Pick<Search, "query" | "filter" | "sort">,
  start: Window,
): AsyncGenerator<SoundPage, void, undefined> {
  const byAge = sort === "created_asc";
  const seen = new Seen(start);
  let window = start;
  let maySayWithout = true;
  let count: number | null = null;
  let found: number | null = null;
  let [back, furthest] = [0, start.page];
  for (;;) {
    const search = { query, sort, page: window.page, filter: toFilter(filter, window) };
    let answer: WholePage | "shifted";
    try {
      const isBound = window.page > 1 && back < stepsBack;
      answer = await readWhole(freesound, search, isBound ? count : null);
    } catch (error) {
      const isRefused = error instanceof PermanentError && error.reason === "bad-filter";
      if (!isRefused || window.without === "") throw error;
      maySayWithout = false;
      window = { ...window, without: "" };
      continue;
    }
    if (answer === "shifted" && back++ < stepsBack) {
      window = { ...window, page: Math.max(1, window.page - 1) };
      count = null;
      continue;
    }
    // Past the last page once more: there is nothing behind it.
    if (answer === "shifted") answer = { ...nothing, count: found ?? 0 };
    count = answer.count;
    found ??= count;
    const { sounds, unreadable } = seen.add(answer);
    const following = byAge ? seen.follow(window, sounds.length > 0) : onward(window);
    const next = maySayWithout ? following : { ...following, without: "" };
    // Nulls behind the last sound stand at the beginning of a window that begins there.
    const nulls = answer.nulls - (next.page === 1 && !answer.isLast ? answer.lastNulls : 0);
    yield {
      found,
      sounds,
      failures: toFailures(search.page, unreadable, nulls),
      newest: byAge ? seen.newest : null,
      next: answer.isLast ? null : next,
    };
    if (answer.isLast) return;
    window = next;
    if (next.page > furthest || next.page === 1) [back, furthest] = [0, next.page];
  }
}

const nothing = { sounds: [], unreadable: [], nulls: 0, lastNulls: 0, isLast: true };

const onward = (window: Window): Window => ({ ...window, page: window.page + 1 });

/**
 * Freesound's index knows whole seconds of `created`, while its answers may say milliseconds (`utils/search/backends`
 * of its source: `%Y-%m-%dT%H:%M:%S.000Z`). The ids stand within their field, for it puts a `+` before every field's
 * name, which cannot follow a NOT.
 */
function toFilter(filter: string | undefined, { from, without }: Window) {
  if (from === null) return filter;
  const parts = [`created:[${toSecond(from)} TO *]`];
  if (without !== "") parts.push(`id:([* TO *] NOT (${without.replaceAll(",", " OR ")}))`);
  if (filter !== undefined) parts.push(`(${filter})`);
  return parts.join(" AND ");
}

const toSecond = (time: string) =>
  new Date(Math.floor(Date.parse(time) / 1000) * 1000).toISOString();

/** What has been seen of a search, and where its newest sounds stand. */
class Seen {
  #ids = new Set<number>();
  #second: string | null;
  newest: string | null = null;
  /** Ids of the sounds seen that were created in the same second as the newest one. */
  #ofLastSecond: number[];

  constructor({ from, without }: Window) {
    this.#second = from === null ? null : toSecond(from);
    this.#ofLastSecond = without === "" ? [] : without.split(",").map(Number);
  }

  /** What of a page is new. */
  add({ sounds, unreadable }: WholePage): Pick<WholePage, "sounds" | "unreadable"> {
    const added = sounds.filter(({ soundId }) => !this.#ids.has(soundId));
    for (const { soundId, created } of added) {
      this.#ids.add(soundId);
      if (this.newest === null || created > this.newest) this.newest = created;
      const second = toSecond(created);
      if (this.#second === null || second > this.#second) {
        this.#second = second;
        this.#ofLastSecond = [];
      }
      if (second === this.#second) this.#ofLastSecond.push(soundId);
    }
    const unknown = unreadable.filter(({ soundId }) => soundId === null || !this.#ids.has(soundId));
    for (const { soundId } of unknown) if (soundId !== null) this.#ids.add(soundId);
    return { sounds: added, unreadable: unknown };
  }

  /** The window after a page by age: of its own where it can begin at the newest sound, else the next page. */
  follow(window: Window, isNew: boolean): Window {
    const isStuck = !isNew || this.#ofLastSecond.length > idsPerFilter;
    if (this.#second === null || isStuck) return onward(window);
    return { from: this.#second, page: 1, without: this.#ofLastSecond.join(",") };
  }
}
