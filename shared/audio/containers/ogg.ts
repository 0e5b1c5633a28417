import { decoder as opusDecoder } from "@audio/decode-opus";
import { decoder as vorbisDecoder } from "@audio/decode-vorbis";
import type { AudioFormat, AudioStream } from "#shared/audio/audio-stream.ts";
import { decodePieces } from "#shared/audio/block.ts";
import { ascii, viewOf } from "#shared/audio/bytes.ts";
import { rejection } from "#shared/audio/rejection.ts";
import { flacStream, oggFlacInfo } from "./flac.ts";
import { readOggPages, type OggPage } from "./ogg-pages.ts";
import { readVorbisComment } from "./vorbis-comment.ts";

/** Codecs that live in Ogg and are not read here, by how their first packet begins. */
const unread = [
  ["Speex   ", "Speex"], ["\u0080theora", "Theora video"], ["fishead\0", "Skeleton"], ["\u0001video", "video"],
  ["CELT    ", "CELT"], ["PCM     ", "OggPCM"],
] as const; // prettier-ignore

/** Ogg (RFC 3533) with Vorbis, Opus (RFC 7845) or FLAC. Parts chained one after the other must be of one kind. */
export function openOgg(bytes: Uint8Array): AudioStream {
  const { pages, isBroken } = readOggPages(bytes);
  const links = linksOf(pages);
  const streams = openChain(links);
  const [first, ...others] = streams;
  if (!first) throw nothingReadable(links);
  for (const { format } of others) requireAlike(first.format, format);
  const sum = (of: (format: AudioFormat) => number) =>
    streams.reduce((total, { format }) => total + of(format), 0);
  const isOpenEnded = streams.some(({ format }) => format.declaredFrames === null);
  return {
    format: {
      ...first.format,
      audioBytes: sum(({ audioBytes }) => audioBytes),
      declaredFrames: isOpenEnded ? null : sum(({ declaredFrames }) => declaredFrames ?? 0),
    },
    tags: first.tags,
    damaged: isBroken || streams.some(({ damaged }) => damaged),
    async *blocks() {
      for (const stream of streams) yield* stream.blocks();
    },
  };
}

/** A logical stream: its pages, and where among all pages it begins and ends. */
interface Link {
  readonly pages: OggPage[];
  readonly begin: number;
  end: number;
}

function linksOf(pages: readonly OggPage[]): Link[] {
  const open = new Map<number, Link>();
  const links: Link[] = [];
  for (const [index, page] of pages.entries()) {
    const link = page.isFirst ? undefined : open.get(page.serial);
    if (link) {
      link.pages.push(page);
      link.end = index;
    } else if (page.isFirst) {
      const fresh = { pages: [page], begin: index, end: index };
      open.set(page.serial, fresh);
      links.push(fresh);
    }
  }
  return links;
}

/** The first stream that can be read and those chained after it; one that runs beside it (a second language) is not heard. */
function openChain(links: readonly Link[]): AudioStream[] {
  const streams: AudioStream[] = [];
  let end = -1;
  for (const link of links) {
    if (link.begin <= end) continue;
    const stream = openLink(link.pages);
    if (!stream) continue;
    streams.push(stream);
    end = link.end;
  }
  return streams;
}

function openLink(pages: readonly OggPage[]): AudioStream | null {
  const head = pages[0].body;
  const isEnded = pages.at(-1)!.isLast;
  /** The second packet begins the second page; a longer one than a page loses what comes after. */
  const comment = (skip: number) => pages[1]?.body.subarray(skip) ?? new Uint8Array(0);
  if (ascii(head, 0, 8) === "OpusHead" && head.length >= 19)
    return { ...openOpus(pages, head), damaged: !isEnded, tags: readVorbisComment(comment(8)) };
  if (ascii(head, 0, 7) === "\u0001vorbis" && head.length >= 30)
    return { ...openVorbis(pages, head), damaged: !isEnded, tags: readVorbisComment(comment(7)) };
  if (ascii(head, 0, 5) === "\u007fFLAC") {
    const stream = flacStream(
      "ogg",
      oggFlacInfo(head),
      joinSound(pages),
      readVorbisComment(comment(4)),
    );
    const declaredFrames = stream.format.declaredFrames ?? lastGranule(pages);
    return { ...stream, format: { ...stream.format, declaredFrames }, damaged: !isEnded };
  }
  return null;
}

/** The bodies of the pages after the headers, whose granule is 0: FLAC frames, one after the other. */
function joinSound(pages: readonly OggPage[]): Uint8Array {
  const bodies = pages.filter(({ granule }) => granule !== 0).map(({ body }) => body);
  const sound = new Uint8Array(bodies.reduce((total, { length }) => total + length, 0));
  let filled = 0;
  for (const body of bodies) {
    sound.set(body, filled);
    filled += body.length;
  }
  return sound;
}

function openOpus(
  pages: readonly OggPage[],
  head: Uint8Array,
): Omit<AudioStream, "damaged" | "tags"> {
  const view = viewOf(head);
  const granule = lastGranule(pages);
  const format = {
    ...lossy("opus", pages),
    sampleRate: 48_000,
    channels: view.getUint8(9),
    declaredFrames: granule === null ? null : Math.max(0, granule - view.getUint16(10, true)),
  };
  return { format, blocks: () => decodePieces(opusDecoder, bytesOf(pages)) };
}

function openVorbis(
  pages: readonly OggPage[],
  head: Uint8Array,
): Omit<AudioStream, "damaged" | "tags"> {
  const view = viewOf(head);
  const format = {
    ...lossy("vorbis", pages),
    sampleRate: view.getUint32(12, true),
    channels: view.getUint8(11),
    declaredFrames: lastGranule(pages),
  };
  return { format, blocks: () => decodePieces(vorbisDecoder, bytesOf(pages)) };
}

const lossy = (codec: string, pages: readonly OggPage[]) => ({
  container: "ogg" as const,
  codec,
  bitDepth: null,
  nominalBitrate: null,
  audioBytes: pages.reduce((total, { body }) => total + body.length, 0),
});

const bytesOf = (pages: readonly OggPage[]) => pages.map(({ bytes }) => bytes);

/** Frames up to the last page. A stream cut out of a longer one starts late: what came before is not its own. */
function lastGranule(pages: readonly OggPage[]): number | null {
  const granules = pages.map(({ granule }) => granule).filter((granule) => granule > 0);
  const [start] = granules;
  const end = granules.at(-1);
  if (start === undefined || end === undefined) return null;
  const isCutOut = start > 60 * 48_000;
  return isCutOut ? end - start : end;
}

const describe = ({ codec, sampleRate, channels }: AudioFormat) =>
  `${codec} ${sampleRate} Hz ${channels} ch`;

function requireAlike(a: AudioFormat, b: AudioFormat) {
  if (a.codec === b.codec && a.sampleRate === b.sampleRate && a.channels === b.channels) return;
  throw rejection(
    "mixed-streams",
    `This Ogg file chains unlike streams: ${describe(a)}, then ${describe(b)}.`,
  );
}

function nothingReadable(links: readonly Link[]) {
  const heads = links.map(({ pages }) => ascii(pages[0].body, 0, 8));
  const names = unread
    .filter(([magic]) => heads.some((head) => head.startsWith(magic)))
    .map(([, name]) => name);
  if (names.length > 0)
    return rejection(
      "unsupported-codec",
      `This Ogg file holds ${names.join(" and ")}, which is not read here.`,
    );
  return links.length > 0
    ? rejection("unsupported-codec", "This Ogg file holds no Vorbis, Opus or FLAC stream.")
    : rejection("malformed-header", "This Ogg file has no beginning of a stream.");
}
