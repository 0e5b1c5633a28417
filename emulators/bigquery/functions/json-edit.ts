import { arrayOf, BOOL, JSON_TYPE, STRING } from "../analyze/types.ts";
import { internalUdf } from "./define.ts";
import { follow, parsePath, type Step } from "./json-path.ts";
import { type Json, parseJson, printSorted } from "./json-text.ts";

type Parent = Json[] | Map<string, Json>;

/** Lets `change` work on the container of the path's last step; a path to nowhere changes nothing. */
function at(
  root: Json,
  steps: readonly Step[],
  change: (parent: Parent, last: Step) => void,
): void {
  const last = steps.at(-1);
  if (last === undefined) return;
  const parent = follow(root, steps.slice(0, -1));
  if (Array.isArray(parent) || parent instanceof Map) change(parent, last);
}

const read = (parent: Parent, step: Step): Json | undefined =>
  Array.isArray(parent)
    ? typeof step === "number"
      ? parent[step]
      : undefined
    : parent.get(String(step));

function write(parent: Parent, step: Step, value: Json): void {
  if (parent instanceof Map) {
    if (typeof step === "string") parent.set(step, value);
  } else if (typeof step === "number") {
    while (parent.length < step) parent.push(null);
    parent[step] = value;
  }
}

function remove(parent: Parent, step: Step): void {
  if (parent instanceof Map) parent.delete(String(step));
  else if (typeof step === "number" && step < parent.length) parent.splice(step, 1);
}

/** `paths` and `values` side by side, applied from left to right. */
function define(
  name: string,
  apply: (root: Json, path: Step[], value: Json, flag: boolean) => Json,
): void {
  internalUdf(
    name,
    [JSON_TYPE, arrayOf(STRING), arrayOf(JSON_TYPE), BOOL],
    JSON_TYPE,
    (text: string, paths: readonly string[], values: readonly string[], flag: boolean) => {
      let root = parseJson(text);
      for (const [i, path] of paths.entries())
        root = apply(root, parsePath(path), parseJson(values[i] ?? "null"), flag);
      return printSorted(root);
    },
    {},
    `gsql_${name}`,
  );
}

define("json_remove", (root, path) => {
  if (path.length === 0) throw new Error("The JSONPath cannot be '$'");
  at(root, path, remove);
  return root;
});

define("json_set", (root, path, value, create) => {
  if (path.length === 0) return value;
  let node: Json = root;
  for (const [i, step] of path.entries()) {
    // null on the way becomes a container of what the path asks for.
    if (node === null) return root;
    if (!(Array.isArray(node) || node instanceof Map)) return root;
    if (typeof step === "number" ? !Array.isArray(node) : !(node instanceof Map)) return root;
    const found: Json | undefined = read(node, step);
    if (i === path.length - 1) {
      if (found === undefined && !create) return root;
      write(node, step, value);
      return root;
    }
    if (found === undefined || found === null) {
      if (!create) return root;
      write(node, step, typeof path[i + 1] === "number" ? [] : new Map());
    }
    node = read(node, step) ?? null;
  }
  return root;
});

/** `flag`: an array is added element by element. */
const spread = (value: Json, flag: boolean): Json[] =>
  flag && Array.isArray(value) ? value : [value];

define("json_array_append", (root, path, value, flag) => {
  const found = follow(root, path);
  if (Array.isArray(found)) found.push(...spread(value, flag));
  else if (found === null && path.length > 0)
    at(root, path, (parent, last) => write(parent, last, spread(value, flag)));
  else if (found === null) return spread(value, flag);
  return root;
});

define("json_array_insert", (root, path, value, flag) => {
  const last = path.at(-1);
  if (typeof last !== "number") return root;
  const steps = path.slice(0, -1);
  const found = follow(root, steps);
  if (found === null) {
    const made = [...Array.from({ length: last }, (): Json => null), ...spread(value, flag)];
    if (steps.length === 0) return made;
    at(root, steps, (parent, step) => write(parent, step, made));
  } else if (Array.isArray(found)) {
    while (found.length < last) found.push(null);
    found.splice(last, 0, ...spread(value, flag));
  }
  return root;
});

internalUdf(
  "json_strip_nulls",
  [JSON_TYPE, STRING, BOOL, BOOL],
  JSON_TYPE,
  (text: string, path: string, arrays: boolean, empty: boolean) => {
    const root = parseJson(text);
    const steps = parsePath(path);
    const target = follow(root, steps);
    if (target === undefined) return printSorted(root);
    const stripped = strip(target, arrays, empty);
    if (steps.length === 0) return printSorted(stripped ?? null);
    at(root, steps, (parent, last) => {
      if (stripped === undefined) remove(parent, last);
      else write(parent, last, stripped);
    });
    return printSorted(root);
  },
  {},
  "gsql_json_strip_nulls",
);

/** Without nulls; undefined when nothing is left of it. */
function strip(value: Json, arrays: boolean, empty: boolean): Json | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.flatMap((item): Json[] => {
      const kept = strip(item, arrays, empty);
      return kept === undefined ? (arrays ? [] : [null]) : [kept];
    });
    return empty && arrays && items.length === 0 ? undefined : items;
  }
  if (!(value instanceof Map)) return value;
  const kept = new Map(
    [...value].flatMap(([name, item]): [string, Json][] => {
      const left = strip(item, arrays, empty);
      return left === undefined ? [] : [[name, left]];
    }),
  );
  return empty && kept.size === 0 ? undefined : kept;
}

internalUdf(
  "json_object",
  [arrayOf(STRING), arrayOf(STRING)],
  JSON_TYPE,
  (keys: readonly (string | null)[], values: readonly string[]) => {
    if (keys.length !== values.length)
      throw new Error("The number of keys and values must match in JSON_OBJECT");
    const object = new Map<string, Json>();
    for (const [i, key] of keys.entries()) {
      if (key === null) throw new Error("A key in JSON_OBJECT cannot be NULL");
      if (!object.has(key)) object.set(key, parseJson(values[i] ?? "null"));
    }
    return printSorted(object);
  },
  {},
  "gsql_json_object",
);
