import type { Freesound } from "#shared/freesound/freesound.ts";
import type { Sound } from "#shared/freesound/sound.ts";
import { readWhole } from "./whole-page.ts";

interface Located {
  readonly sounds: readonly Sound[];
  /** Ids that Freesound does not have. */
  readonly missing: readonly string[];
}

/**
 * Sounds by id, at most a page of them; one API call where every answer is plain. An id is missing only when an
 * answer that is complete does not have it: a result that is `null` or cannot be read belongs to one of the ids,
 * and those left over are asked for in halves until it is known to which.
 */
export async function locate(freesound: Freesound, ids: readonly string[]): Promise<Located> {
  const filter = `id:(${ids.join(" OR ")})`;
  const answer = await readWhole(freesound, { query: "", filter, page: 1 }, null);
  if (answer === "shifted") return { sounds: [], missing: [] }; // only later pages shift
  const { sounds, unreadable, count } = answer;
  const known = [...sounds, ...unreadable].filter(({ soundId }) => soundId !== null);
  const named = new Set(known.map(({ soundId }) => String(soundId)));
  const left = ids.filter((id) => !named.has(id));
  const nameless = count - named.size;
  if (nameless <= 0) return { sounds, missing: left };
  if (nameless >= left.length) return { sounds, missing: [] };
  const middle = Math.ceil(left.length / 2);
  const first = await locate(freesound, left.slice(0, middle));
  const second = await locate(freesound, left.slice(middle));
  return {
    sounds: [...sounds, ...first.sounds, ...second.sounds],
    missing: [...first.missing, ...second.missing],
  };
}
