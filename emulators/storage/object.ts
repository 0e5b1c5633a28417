import { type Checksums } from "./checksums.ts";

/** What a writer may say about an object. `null` in a patch removes the field. */
export interface ObjectFields {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly customTime?: string;
  readonly storageClass?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One stored generation. Never changed: a patch puts another value in its place. */
export interface StoredObject extends Checksums {
  readonly bucket: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** Microseconds since 1970, strictly increasing over the whole store. */
  readonly generation: string;
  readonly metageneration: number;
  /** RFC 3339, milliseconds. */
  readonly timeCreated: string;
  readonly updated: string;
  readonly fields: ObjectFields;
  /** Set on composed objects, which have no MD5. */
  readonly componentCount?: number;
}

/** The object resource of the JSON API: https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export type ObjectResource = Readonly<Record<string, unknown>> & {
  readonly kind: "storage#object";
  readonly bucket: string;
  readonly name: string;
  readonly generation: string;
  readonly metageneration: string;
  readonly size: string;
  readonly timeCreated: string;
  readonly updated: string;
};

/** `origin` is where links point, such as `http://127.0.0.1:4443`. */
export function toResource(object: StoredObject, origin: string): ObjectResource {
  const { bucket, name, generation, timeCreated, updated, fields, componentCount } = object;
  const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  const { metadata, ...rest } = fields;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${origin}/${path}`,
    mediaLink: `${origin}/download/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation,
    metageneration: String(object.metageneration),
    storageClass: "STANDARD",
    size: String(object.bytes.length),
    ...(componentCount === undefined ? { md5Hash: object.md5Hash } : { componentCount }),
    crc32c: object.crc32c,
    etag: etagOf(generation, object.metageneration),
    timeCreated,
    updated,
    timeStorageClassUpdated: timeCreated,
    timeFinalized: timeCreated,
    ...rest,
    ...(metadata !== undefined && Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

/** The real service's etags are a base64 protobuf: field 1 generation, field 2 metageneration. */
export function etagOf(generation: string, metageneration: number): string {
  return Buffer.from([8, ...varint(BigInt(generation)), 16, ...varint(BigInt(metageneration))]) //
    .toString("base64");
}

function varint(value: bigint): number[] {
  const low = Number(value & 127n);
  return value < 128n ? [low] : [low | 128, ...varint(value >> 7n)];
}
