import type { AudioLimits, AudioReading } from "#shared/audio/read.ts";
import type { ObjectFinalized } from "#shared/events.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { StagePlan } from "#shared/stage.ts";
import type { Row } from "#shared/warehouse/warehouse.ts";
import { toAttribution } from "./attribution.ts";

export interface LoadEdges {
  readonly objects: Objects;
  readonly readAudio: (
    bytes: Uint8Array,
    options: { limits: AudioLimits; handOver: boolean },
  ) => Promise<AudioReading>;
}

/** The stage `load`: what a stored file is, where it came from and how it may be used. */
export const loadStage = ({ objects, readAudio }: LoadEdges, limits: AudioLimits): StagePlan => ({
  stage: "load",
  table: "recordings",
  done: "recording.loaded.v1",
  maxBytes: limits.maxBytes,
  async work(object, eventId) {
    const bytes = await objects.read(object.name, object.generation);
    return toRow(object, await readAudio(bytes, { limits, handOver: true }), eventId);
  },
});

function toRow(object: ObjectFinalized, reading: AudioReading, eventId: string | null): Row {
  const { metadata } = object;
  const title = metadata["title"] ?? reading.tags.title ?? baseName(object.name);
  return {
    id: object.name,
    generation: object.generation,
    source: metadata["source"] ?? null,
    source_id: metadata["source-id"] ?? null,
    source_url: metadata["source-url"] ?? null,
    title,
    file_path: `gs://${object.bucket}/${object.name}`,
    duration_seconds: reading.durationSeconds,
    sample_rate: reading.sampleRate,
    channels: reading.channels,
    container: reading.container,
    codec: reading.codec,
    bit_depth: reading.bitDepth,
    bitrate: reading.bitrate,
    size_bytes: object.size,
    md5:
      object.md5Hash === undefined ? null : Buffer.from(object.md5Hash, "base64").toString("hex"),
    crc32c: object.crc32c ?? null,
    license: metadata["license"] ?? null,
    license_url: metadata["license-url"] ?? null,
    attribution: toAttribution(title, metadata),
    gen_ai_preference: metadata["gen-ai-preference"] ?? null,
    username: metadata["username"] ?? null,
    tags: metadata["tags"]?.split(",").filter(Boolean) ?? [],
    query: metadata["query"] ?? null,
    crawl_id: metadata["crawl-id"] ?? null,
    created_at: toTimestamp(metadata["created"]) ?? toTimestamp(object.timeCreated),
    truncated: reading.truncated,
    loaded_at: new Date().toISOString(),
    event_id: eventId,
  };
}

const baseName = (name: string) => name.slice(name.lastIndexOf("/") + 1);

/** Freesound gives times with and without a zone; those without are UTC. Null when it is no time. */
function toTimestamp(text: string | undefined): string | null {
  if (text === undefined) return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const time = new Date(zoned);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
