import type { Headers } from "./header.ts";
import { ApiError, notFound } from "./reply.ts";
import { defaultListFields, formatCreated, serialize } from "./serialize.ts";
import { pageOf } from "./search/parameters.ts";
import type { Sound } from "./sound.ts";
import type { SoundStore } from "./sounds.ts";

interface Catalogue {
  readonly sounds: SoundStore;
  readonly headers: Headers;
  readonly baseUrl: string;
}

type Handler = (catalogue: Catalogue, url: URL, name: string) => Promise<object> | object;

/** Users and packs, which are what the sounds say of them, and comments; lists are newest first. */
const resources: readonly (readonly [RegExp, Handler])[] = [
  [/^\/apiv2\/users\/([^/]+)\/$/, (catalogue, _, name) => user(catalogue, name)],
  [
    /^\/apiv2\/users\/([^/]+)\/sounds\/$/,
    (catalogue, url, name) => soundList(catalogue, url, soundsOf(catalogue, name)),
  ],
  [
    /^\/apiv2\/users\/([^/]+)\/packs\/$/,
    (catalogue, url, name) => {
      const ids = new Set(soundsOf(catalogue, name).flatMap(({ pack }) => pack?.id ?? []));
      return list(catalogue, url, [...ids], (id) => pack(catalogue, String(id)));
    },
  ],
  [/^\/apiv2\/packs\/(\d+)\/$/, (catalogue, _, id) => pack(catalogue, id)],
  [
    /^\/apiv2\/packs\/(\d+)\/sounds\/$/,
    (catalogue, url, id) => soundList(catalogue, url, soundsIn(catalogue, id)),
  ],
  [
    /^\/apiv2\/sounds\/(\d+)\/comments\/$/,
    (catalogue, url, id) => {
      const sound = catalogue.sounds.get(Number(id));
      if (sound === undefined) throw unknown();
      const { comments, created } = sound;
      const toComment = (comment: string) => ({
        username: "listener",
        comment,
        created: formatCreated(created),
      });
      return list(catalogue, url, comments, toComment);
    },
  ],
];

/** What a request for one of these resources is answered; undefined for any other. */
export function answerList(catalogue: Catalogue, url: URL): Promise<object> | object | undefined {
  for (const [pattern, handler] of resources) {
    const name = pattern.exec(url.pathname)?.[1];
    if (name !== undefined) return handler(catalogue, url, decodeURIComponent(name));
  }
  return undefined;
}

const unknown = () => new ApiError(404, "Not found.");

function soundsOf({ sounds }: Catalogue, username: string): Sound[] {
  const own = sounds.list().filter((sound) => sound.username === username);
  if (own.length === 0) throw unknown();
  return newestFirst(own);
}

function soundsIn({ sounds }: Catalogue, packId: string): Sound[] {
  const own = sounds.list().filter((sound) => sound.pack?.id === Number(packId));
  if (own.length === 0) throw unknown();
  return newestFirst(own);
}

const newestFirst = (sounds: readonly Sound[]) =>
  sounds.toSorted((a, b) => b.created.getTime() - a.created.getTime());

const firstCreated = (sounds: readonly Sound[]) =>
  sounds.slice(-1).map(({ created }) => formatCreated(created))[0];

function user(catalogue: Catalogue, username: string): object {
  const sounds = soundsOf(catalogue, username);
  const packs = new Set(sounds.flatMap(({ pack }) => pack?.id ?? []));
  const address = `${catalogue.baseUrl}/apiv2/users/${encodeURIComponent(username)}`;
  return {
    url: `${catalogue.baseUrl}/people/${encodeURIComponent(username)}/`,
    username,
    about: "",
    home_page: "",
    avatar: { small: "", medium: "", large: "" },
    date_joined: firstCreated(sounds),
    num_sounds: sounds.length,
    sounds: `${address}/sounds/`,
    num_packs: packs.size,
    packs: `${address}/packs/`,
    num_posts: 0,
    num_comments: 0,
  };
}

function pack(catalogue: Catalogue, id: string): object {
  const sounds = soundsIn(catalogue, id);
  const [{ username, pack } = { username: "", pack: null }] = sounds;
  const { baseUrl } = catalogue;
  return {
    id: Number(id),
    url: `${baseUrl}/people/${encodeURIComponent(username)}/packs/${id}/`,
    description: "",
    created: firstCreated(sounds),
    name: pack?.name ?? "",
    username,
    num_sounds: sounds.length,
    sounds: `${baseUrl}/apiv2/packs/${id}/sounds/`,
    num_downloads: 0,
  };
}

const soundList = ({ headers, baseUrl }: Catalogue, url: URL, sounds: readonly Sound[]) =>
  list({ baseUrl }, url, sounds, (sound) =>
    serialize(
      { sound, headers, baseUrl, score: null },
      url.searchParams.get("fields"),
      defaultListFields,
    ),
  );

/** A page of a list, with the addresses of those beside it, which never repeat the key. */
async function list<T>(
  { baseUrl }: Pick<Catalogue, "baseUrl">,
  url: URL,
  items: readonly T[],
  toResult: (item: T) => unknown,
): Promise<object> {
  const { page, pageSize } = pageOf(url.searchParams);
  const pages = Math.max(1, Math.ceil(items.length / pageSize));
  if (page > pages) throw notFound();
  const link = (to: number) => {
    if (to < 1 || to > pages) return null;
    const other = new URL(url.pathname + url.search, baseUrl);
    other.searchParams.delete("token");
    other.searchParams.set("page", String(to));
    return other.href;
  };
  const onPage = items.slice((page - 1) * pageSize, page * pageSize);
  return {
    count: items.length,
    previous: link(page - 1),
    next: link(page + 1),
    results: await Promise.all(onPage.map(toResult)),
  };
}
