import { invalidArgument } from "./status.ts";
import type { Fields, Value } from "./wire.ts";

/** The segments of a field path; `` a.`b.c` `` has two. */
export type FieldPath = readonly string[];

export const documentId = "__name__";

const segment = /(?:`((?:[^`\\]|\\.)*)`|([^.`]+))(?:\.(?=.)|$)/sy;

/** Parses `a.b`, with backticks around a segment that is not a plain word. */
export function parseFieldPath(text = ""): FieldPath {
  const path: string[] = [];
  let at = 0;
  do {
    segment.lastIndex = at;
    const match = segment.exec(text);
    if (match === null) throw invalidArgument(`Invalid field path "${text}".`);
    const [whole, quoted, plain] = match;
    path.push(quoted === undefined ? (plain ?? "") : quoted.replace(/\\(.)/gs, "$1"));
    at += whole.length;
  } while (at < text.length);
  return path;
}

export const isDocumentId = (path: FieldPath) => path.length === 1 && path[0] === documentId;

export function getField(fields: Fields, path: FieldPath): Value | undefined {
  let value: Value | undefined;
  let inside: Fields | undefined = fields;
  for (const key of path) {
    value = inside !== undefined && Object.hasOwn(inside, key) ? inside[key] : undefined;
    inside = value?.valueType === "mapValue" ? value.mapValue.fields : undefined;
  }
  return value;
}

/** A copy of `fields` with `value` at `path`; undefined deletes. Whatever is in the way becomes a map. */
export function withField(fields: Fields, path: FieldPath, value: Value | undefined): Fields {
  const [key = "", ...rest] = path;
  const { [key]: old, ...others } = fields;
  if (rest.length === 0) return value === undefined ? others : { ...fields, [key]: value };
  const isMap = old?.valueType === "mapValue";
  if (!isMap && value === undefined) return fields;
  const inner = withField(isMap ? old.mapValue.fields : {}, rest, value);
  return { ...fields, [key]: { valueType: "mapValue", mapValue: { fields: inner } } };
}

/** Only the fields at `paths`: the answer to a mask. */
export function pickFields(fields: Fields, paths: readonly FieldPath[]): Fields {
  return paths.reduce<Fields>((picked, path) => {
    const value = getField(fields, path);
    return value === undefined ? picked : withField(picked, path, value);
  }, {});
}
