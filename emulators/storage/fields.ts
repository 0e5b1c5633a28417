import { type ExpectedChecksums } from "./checksums.ts";
import { invalid } from "./errors.ts";
import { type ObjectFields } from "./object.ts";

const textFields = [
  "contentType",
  "cacheControl",
  "contentDisposition",
  "contentEncoding",
  "contentLanguage",
  "customTime",
] as const;

/** All custom keys and values of one object together: https://cloud.google.com/storage/quotas#objects */
const metadataLimitBytes = 8 * 1024;

/** The writable fields of an object resource sent by a client; the others are ignored, as in the service. */
export const parseFields = (body: Readonly<Record<string, unknown>>): ObjectFields =>
  patchFields({}, body);

/** JSON merge patch: named fields change, `null` removes a field or a key of the custom metadata. */
export function patchFields(
  current: ObjectFields,
  patch: Readonly<Record<string, unknown>>,
): ObjectFields {
  const next: Record<string, unknown> = { ...current };
  for (const key of textFields) {
    const value = patch[key];
    if (value === undefined) continue;
    if (value === null) delete next[key];
    else next[key] = text(key, value);
  }
  if (patch["metadata"] === null) delete next["metadata"];
  else if (patch["metadata"] !== undefined)
    next["metadata"] = patchMetadata(current.metadata ?? {}, patch["metadata"]);
  return next;
}

/** Checksums that a client put into the object resource. */
export function expectedChecksums(body: Readonly<Record<string, unknown>>): ExpectedChecksums {
  const { md5Hash, crc32c } = body;
  return {
    ...(typeof md5Hash === "string" ? { md5Hash } : {}),
    ...(typeof crc32c === "string" ? { crc32c } : {}),
  };
}

/** https://cloud.google.com/storage/docs/objects#naming */
export function checkObjectName(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > 1024)
    throw invalid(`The object name is ${bytes} bytes long: it must have 1 to 1024 bytes.`, "name");
  if (/[\r\n]/.test(name) || name === "." || name === ".." || !name.isWellFormed())
    throw invalid(`Invalid object name: ${JSON.stringify(name)}`, "name");
  return name;
}

function patchMetadata(current: Readonly<Record<string, string>>, patch: unknown) {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch))
    throw invalid("Invalid value for metadata: it must be an object of strings.", "metadata");
  const next: Record<string, string> = { ...current };
  for (const [key, value] of Object.entries(patch) as [string, unknown][]) {
    if (value === null) delete next[key];
    else next[key] = text(`metadata.${key}`, value);
  }
  const size = Object.entries(next).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > metadataLimitBytes)
    throw invalid(
      `The custom metadata has ${size} bytes: at most ${metadataLimitBytes} are allowed.`,
      "metadata",
    );
  return next;
}

/** The service takes numbers and booleans where it wants a string. */
function text(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw invalid(`Invalid value for ${field}: it must be a string.`, field);
}
