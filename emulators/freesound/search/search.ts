import pLimit from "p-limit";
import type { Headers } from "../header.ts";
import { ApiError, notFound } from "../reply.ts";
import { defaultListFields, serialize } from "../serialize.ts";
import type { Sound } from "../sound.ts";
import type { SoundStore } from "../sounds.ts";
import { type Candidate, indexedRating } from "./fields.ts";
import { compileFilter, compileQuery, type Matcher, needsHeader } from "./match.ts";
import { pageUrl, parseSearch, type SearchParameters } from "./parameters.ts";
import { type Node, NotEmulated, parseQuery, SyntaxProblem } from "./syntax.ts";

export interface SearchEngine {
  readonly sounds: SoundStore;
  readonly headers: Headers;
  readonly baseUrl: string;
  readonly clock: () => number;
  /** Whether the result at this place of its page is answered as `null`, index and database being out of step. */
  readonly isNull: (index: number) => boolean;
}

interface Hit {
  readonly sound: Sound;
  readonly score: number;
  /** Other hits of the same pack, when grouped by pack. */
  readonly more: number;
}

/** One page of a search: `GET /apiv2/search/`. Throws the API's 400, 404. */
export async function search(engine: SearchEngine, query: URLSearchParams): Promise<object> {
  const parameters = parseSearch(query);
  const hits = await findHits(engine, parameters);
  const { page, pageSize } = parameters;
  const pages = Math.ceil(hits.length / pageSize);
  if (page > pages && hits.length > 0) throw notFound();
  const link = (to: number) =>
    to >= 1 && to <= pages ? pageUrl(engine.baseUrl, parameters, to) : null;
  const onPage = hits.slice((page - 1) * pageSize, page * pageSize);
  return {
    count: hits.length,
    previous: link(page - 1),
    next: link(page + 1),
    results: await inTurn(onPage, (hit, index) =>
      engine.isNull(index) || !engine.sounds.isInDatabase(hit.sound.id)
        ? null
        : toResult(engine, parameters, hit),
    ),
  };
}

async function findHits(engine: SearchEngine, parameters: SearchParameters): Promise<Hit[]> {
  const { filter, query, sort } = parameters;
  const now = engine.clock();
  const asFilter = filter === "" ? undefined : readFilter(filter, now);
  const matchesQuery = query === "" ? () => 1 : readQuery(query, now);
  const withHeaders =
    sort.startsWith("duration") || asFilter?.needsHeader === true || /\w:/.test(query);
  const sounds = engine.sounds.list();
  const candidates = withHeaders
    ? await inTurn(sounds, async (sound) => ({ sound, header: await engine.headers.last(sound) }))
    : sounds.map((sound) => ({ sound, header: undefined }));
  const hits = candidates.flatMap((candidate) => {
    const score = asFilter?.matches(candidate) === 0 ? 0 : matchesQuery(candidate);
    return score > 0 ? [{ ...candidate, score, more: 0 }] : [];
  });
  const sorted = hits.toSorted(orders[sort] ?? byScore);
  return parameters.groupByPack ? grouped(sorted) : sorted;
}

type Order = (a: Candidate & Hit, b: Candidate & Hit) => number;
const byScore: Order = (a, b) => b.score - a.score;
const by = (value: (hit: Candidate & Hit) => number, direction: 1 | -1): Order => {
  return (a, b) => direction * (value(a) - value(b));
};
const duration = ({ header }: Candidate) => header?.duration ?? 0;
const created = ({ sound }: Candidate) => sound.created.getTime();
const downloads = ({ sound }: Candidate) => sound.numDownloads;
const rating = ({ sound }: Candidate) => indexedRating(sound);
const ratings = ({ sound }: Candidate) => sound.numRatings;
const first =
  (...orders: readonly Order[]): Order =>
  (a, b) =>
    orders.map((order) => order(a, b)).find((result) => result !== 0) ?? 0;

/** What is equal stays in order of id. */
const orders: Readonly<Record<string, Order>> = {
  duration_desc: by(duration, -1),
  duration_asc: by(duration, 1),
  created_desc: by(created, -1),
  created_asc: by(created, 1),
  downloads_desc: by(downloads, -1),
  downloads_asc: by(downloads, 1),
  rating_desc: first(by(rating, -1), by(ratings, -1)),
  rating_asc: first(by(rating, 1), by(ratings, 1)),
};

/** The first hit of each pack, knowing how many more there are; a sound without a pack stands for itself. */
function grouped(hits: readonly Hit[]): Hit[] {
  const groups = Map.groupBy(hits, ({ sound }) => sound.pack?.id ?? sound);
  return [...groups.values()].flatMap(([hit, ...others]) =>
    hit === undefined ? [] : [{ ...hit, more: others.length }],
  );
}

async function toResult(
  { headers, baseUrl }: SearchEngine,
  parameters: SearchParameters,
  { sound, score, more }: Hit,
): Promise<object> {
  const result = await serialize(
    { sound, headers, baseUrl, score },
    parameters.fields,
    defaultListFields,
  );
  if (more === 0 || sound.pack === null) return result;
  const filter = `grouping_pack:"${sound.pack.id}_${sound.pack.name}"`;
  return {
    ...result,
    more_from_same_pack: pageUrl(baseUrl, parameters, 1, { filter, groupByPack: "0" }),
    n_from_same_pack: more + 1, // the sound itself counts
  };
}

function readFilter(filter: string, now: number): { matches: Matcher; needsHeader: boolean } {
  try {
    const node = parseQuery(filter);
    return { matches: compileFilter(node, now), needsHeader: needsHeader(node) };
  } catch (error) {
    if (error instanceof NotEmulated) throw new ApiError(501, error.message);
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new ApiError(
      400,
      `Search server error: ${error.message} (please check that your filter syntax and field names are correct)`,
    );
  }
}

/** Whatever a person types is a query: what is not of the language is searched for word by word. */
function readQuery(query: string, now: number): Matcher {
  try {
    return compileQuery(parseQuery(query), now);
  } catch (error) {
    if (!(error instanceof SyntaxProblem) && !(error instanceof NotEmulated)) throw error;
    const words = query.split(/\s+/).map((text): Node => ({ kind: "term", field: null, text }));
    return compileQuery({ kind: "and", nodes: words }, now);
  }
}

const openFiles = 16;

/** `Promise.all` with few at a time, so that thousands of files are never open together. */
function inTurn<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => R | Promise<R>,
): Promise<R[]> {
  const limit = pLimit(openFiles);
  return Promise.all(items.map((item, index) => limit(() => work(item, index))));
}
