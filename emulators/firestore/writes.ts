import { isDeepStrictEqual } from "node:util";
import type { Changes, Database, StoredDocument } from "./database.ts";
import { getField, parseFieldPath, withField } from "./field-path.ts";
import { checkFields, checkSize } from "./limits.ts";
import { formatName, parseDocumentName } from "./names.ts";
import { alreadyExists, failedPrecondition, invalidArgument, notFound } from "./status.ts";
import { type Micros, toMicros, toTimestamp } from "./time.ts";
import { applyTransforms } from "./transforms.ts";
import type { DocumentMask, Fields, Precondition, Write, WriteResult } from "./wire.ts";

/** What a group of writes would do: all of it, or (when this throws) nothing. */
export interface Planned {
  readonly changes: Changes;
  readonly results: readonly WriteResult[];
}

/** Applies the writes in order, each seeing the ones before it, without touching the database. */
export function planWrites(database: Database, writes: readonly Write[], now: Micros): Planned {
  const changes = new Map<string, StoredDocument | undefined>();
  const kinds = new Map<string, Kind>();
  const results = writes.map((write) => {
    const path = targetOf(database, write);
    checkSequence(kinds.get(path), write);
    kinds.set(path, kindOf(write));
    const old = changes.has(path) ? changes.get(path) : database.read(path);
    const name = formatName(database.name, path);
    checkPrecondition(name, old, preconditionOf(write));
    if (write.delete !== undefined) {
      if (old !== undefined) changes.set(path, undefined);
      return { updateTime: toTimestamp(now), transformResults: [] };
    }
    const { fields, results } = applyTransforms(
      updatedFields(old, write),
      transformsOf(write),
      now,
    );
    checkSize(name, path, fields);
    const document = storedDocument(path, old, fields, now);
    if (document !== old) changes.set(path, document);
    return { updateTime: toTimestamp(document.updateTime), transformResults: results };
  });
  return { changes, results };
}

type Kind = "delete" | "insert" | "update" | "upsert";

function kindOf(write: Write): Kind {
  if (write.delete !== undefined) return "delete";
  const { exists } = preconditionOf(write);
  if (exists === undefined) return "upsert";
  return exists ? "update" : "insert";
}

/** What cannot succeed after an earlier write of the same request is the request's own mistake. */
function checkSequence(before: Kind | undefined, write: Write): void {
  const { exists } = preconditionOf(write);
  if (before === undefined || exists === undefined || exists === (before !== "delete")) return;
  throw invalidArgument(`Cannot ${before} then ${kindOf(write)} an entity in the same request.`);
}

/** The path a write goes to. */
export function targetOf(database: Database, write: Write): string {
  const name = write.update?.name ?? write.delete ?? write.transform?.document;
  if (name === undefined) throw invalidArgument("A write must name a document.");
  const target = parseDocumentName(name);
  if (target.database !== database.name)
    throw invalidArgument(`Document "${name}" is not in database "${database.name}".`);
  return target.path;
}

const transformsOf = ({ transform, updateTransforms }: Write) =>
  transform?.fieldTransforms ?? updateTransforms;

const preconditionOf = ({ currentDocument }: Write): Precondition => currentDocument ?? {};

/** A write that changes nothing leaves the document, update time and all, as it is. */
function storedDocument(
  path: string,
  old: StoredDocument | undefined,
  fields: Fields,
  now: Micros,
): StoredDocument {
  if (old !== undefined && isDeepStrictEqual(old.fields, fields)) return old;
  return { path, fields, createTime: old?.createTime ?? now, updateTime: now };
}

function updatedFields(old: StoredDocument | undefined, { update, updateMask }: Write): Fields {
  const before = old?.fields ?? {};
  if (update === undefined) return before;
  const sent = checkFields(update.fields);
  return updateMask === undefined ? sent : merge(before, sent, updateMask);
}

/** The masked fields as sent, those not sent deleted; the rest as they were. */
function merge(before: Fields, sent: Fields, { fieldPaths }: DocumentMask): Fields {
  return fieldPaths
    .map(parseFieldPath)
    .reduce((fields, path) => withField(fields, path, getField(sent, path)), before);
}

function checkPrecondition(
  name: string,
  old: StoredDocument | undefined,
  { exists, updateTime }: Precondition,
): void {
  if (exists === true && old === undefined) throw notFound(`No document to update: ${name}`);
  if (exists === false && old !== undefined)
    throw alreadyExists(`Document already exists: ${name}`);
  if (updateTime !== undefined && old?.updateTime !== toMicros(updateTime))
    throw failedPrecondition(
      `the stored version (${old?.updateTime ?? 0}) does not match the required base version (${toMicros(updateTime)})`,
    );
}
