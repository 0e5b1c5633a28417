import type { Header, Headers } from "./header.ts";
import { indexedRating } from "./search/fields.ts";
import { type Sound, typeOf, userId } from "./sound.ts";

interface Subject {
  readonly sound: Sound;
  /** Where the API is, without a trailing slash. */
  readonly baseUrl: string;
  readonly headers: Headers;
  /** A search's score; `null` outside searches. */
  readonly score: number | null;
}

interface Context extends Subject {
  /** The file's header, read once for all fields that need it. */
  readonly header: () => Promise<Header>;
}

type Field = (context: Context) => unknown;

const api = ({ baseUrl, sound }: Context, rest: string) =>
  `${baseUrl}/apiv2/sounds/${sound.id}/${rest}`;
const said =
  (key: keyof Sound): Field =>
  ({ sound }) =>
    sound[key];
const measured =
  (key: keyof Header): Field =>
  async ({ header }) =>
    (await header())[key];

/** Every field of a sound, in the order of the answer. Fields that need the file read it only when asked for. */
const fields: Readonly<Record<string, Field>> = {
  id: said("id"),
  url: ({ sound, baseUrl }) =>
    `${baseUrl}/people/${encodeURIComponent(sound.username)}/sounds/${sound.id}/`,
  name: said("name"),
  tags: said("tags"),
  description: said("description"),
  category: said("category"),
  subcategory: said("subcategory"),
  category_code: said("categoryCode"),
  geotag: ({ sound: { geotag } }) => geotag && `${geotag.lat} ${geotag.lon}`,
  is_geotagged: ({ sound }) => sound.geotag !== null,
  created: ({ sound }) => formatCreated(sound.created),
  license: said("license"),
  type: ({ sound }) => typeOf(sound),
  channels: measured("channels"),
  filesize: measured("filesize"),
  bitrate: async ({ header }) => Math.round((await header()).bitrate / 1000),
  bitdepth: measured("bitdepth"),
  duration: measured("duration"),
  samplerate: measured("samplerate"),
  username: said("username"),
  pack: ({ sound, baseUrl }) => sound.pack && `${baseUrl}/apiv2/packs/${sound.pack.id}/`,
  pack_name: ({ sound }) => sound.pack?.name ?? null,
  download: (context) => api(context, "download/"),
  bookmark: (context) => api(context, "bookmark/"),
  previews: ({ sound, baseUrl }) => ({
    "preview-hq-mp3": baseUrl + previewPath(sound, "hq"),
    "preview-hq-ogg": baseUrl + previewPath(sound, "hq"),
    "preview-lq-mp3": baseUrl + previewPath(sound, "lq"),
    "preview-lq-ogg": baseUrl + previewPath(sound, "lq"),
  }),
  images: imagesOf,
  num_downloads: said("numDownloads"),
  avg_rating: ({ sound }) => indexedRating(sound) / 2,
  num_ratings: said("numRatings"),
  rate: (context) => api(context, "rate/"),
  comments: (context) => api(context, "comments/"),
  num_comments: ({ sound }) => sound.comments.length,
  comment: (context) => api(context, "comment/"),
  similar_sounds: (context) => api(context, "similar/"),
  is_explicit: said("isExplicit"),
  is_remix: said("isRemix"),
  was_remixed: said("wasRemixed"),
  md5: ({ sound, headers }) => headers.md5(sound),
  gen_ai_preference: said("genAiPreference"),
  score: ({ score }) => score,
};

export const defaultListFields = "id,name,tags,username,license";
const all = Object.keys(fields).join(",");
/** A sound instance without `fields` answers everything but what belongs to searches. */
export const defaultInstanceFields = all.replace(/,score$/, "");

/** A sound as the API answers it. `requested` is the `fields` parameter; unknown names are passed over, `*` is all. */
export async function serialize(
  subject: Subject,
  requested: string | null,
  defaultFields: string,
): Promise<Record<string, unknown>> {
  const wanted = new Set((requested === "*" ? all : requested || defaultFields).split(","));
  const names = Object.keys(fields).filter((name) => wanted.has(name));
  let header: Promise<Header> | undefined;
  const context = { ...subject, header: () => (header ??= subject.headers.now(subject.sound)) };
  const values = await Promise.all(names.map((name) => fields[name]?.(context)));
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

/** Path of a preview. It ends in the file's own extension, because the file itself is served. */
export const previewPath = (sound: Sound, quality: "hq" | "lq"): string =>
  `/previews/${Math.floor(sound.id / 1000)}/${sound.id}_${userId(sound.username)}-${quality}.${sound.extension}`;

/** A date without a zone, with milliseconds only when there are any: both forms occur in real answers. */
export const formatCreated = (created: Date) => created.toISOString().replace(/(\.000)?Z$/, "");

function imagesOf({ sound, baseUrl }: Context): Record<string, string> {
  const sizes = ["m", "l"].flatMap((size) => [size, `bw_${size}`]);
  const stem = `${Math.floor(sound.id / 1000)}/${sound.id}_${userId(sound.username)}`;
  return Object.fromEntries(
    sizes.flatMap((size) => {
      const suffix = size.replace(/^(bw)_(.)$/, "$1_$2").toUpperCase();
      return [
        [`waveform_${size}`, `${baseUrl}/displays/${stem}_wave_${suffix}.png`],
        [`spectral_${size}`, `${baseUrl}/displays/${stem}_spec_${suffix}.jpg`],
      ];
    }),
  );
}
