/** A bucket: its name and whatever configuration was given, which is stored and not acted upon. */
export interface Bucket {
  readonly name: string;
  readonly metageneration: number;
  readonly timeCreated: string;
  readonly updated: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

export function createBucketResource(name: string, fields: Fields): Bucket {
  const now = new Date().toISOString();
  return { name, metageneration: 1, timeCreated: now, updated: now, fields: withoutFixed(fields) };
}

/** JSON merge patch, as the service does it: objects merge, `null` removes. */
export function patchBucketFields(bucket: Bucket, patch: Fields): Bucket {
  return {
    ...bucket,
    metageneration: bucket.metageneration + 1,
    updated: new Date().toISOString(),
    fields: mergePatch(bucket.fields, withoutFixed(patch)),
  };
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export function toBucketResource(bucket: Bucket, origin: string) {
  const { name, metageneration, timeCreated, updated, fields } = bucket;
  return {
    kind: "storage#bucket",
    id: name,
    selfLink: `${origin}/storage/v1/b/${name}`,
    projectNumber: "0",
    generation: String(Date.parse(timeCreated) * 1000),
    name,
    metageneration: String(metageneration),
    timeCreated,
    updated,
    location: "US",
    locationType: "multi-region",
    storageClass: "STANDARD",
    etag: Buffer.from([8, metageneration & 127]).toString("base64"),
    iamConfiguration: {
      uniformBucketLevelAccess: { enabled: true },
      publicAccessPrevention: "inherited",
    },
    ...fields,
  };
}

const fixed = new Set([
  "kind",
  "id",
  "selfLink",
  "name",
  "metageneration",
  "timeCreated",
  "updated",
  "etag",
  "acl",
  "defaultObjectAcl",
]);

const withoutFixed = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !fixed.has(key)));

function mergePatch(target: Fields, patch: Fields): Fields {
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = isRecord(value) ? mergePatch(asRecord(merged[key]), value) : value;
  }
  return merged;
}

const asRecord = (value: unknown): Fields => (isRecord(value) ? value : {});

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
