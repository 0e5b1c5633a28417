import { analyzeLetters, analyzeText } from "./analysis.ts";
import { parseDate } from "./dates.ts";
import {
  type Candidate,
  headerFields,
  type IndexField,
  indexFields,
  isNumberField,
  isWordField,
  type NumberField,
  queryFields,
  type StringField,
  type WordField,
} from "./fields.ts";
import { type Leaf, type Node, NotEmulated, SyntaxProblem } from "./syntax.ts";

/** What a candidate scores: 0 means that it does not match. */
export type Matcher = (candidate: Candidate) => number;

/** A matcher for a filter. Throws a `SyntaxProblem` for an unknown field or a value that its field cannot have. */
export function compileFilter(node: Node, now: number): Matcher {
  return compile(node, (leaf) => {
    if (leaf.field === null) {
      if (leaf.kind === "term" && leaf.text === "*") return () => 1;
      throw new SyntaxProblem(
        "no field name specified in query and no default specified via 'df' param",
      );
    }
    if (leaf.field === "*" && leaf.kind === "term" && leaf.text === "*") return () => 1;
    return compileLeaf(leaf, fieldNamed(leaf.field), now);
  });
}

/** A matcher for a query: words without a known field match in any of the fields that a query looks into. */
export function compileQuery(node: Node, now: number): Matcher {
  return compile(node, (leaf) => {
    if (leaf.field !== null && Object.hasOwn(indexFields, leaf.field))
      return compileLeaf(leaf, fieldNamed(leaf.field), now);
    if (leaf.kind === "range" || (leaf.kind === "term" && leaf.text === "*")) return () => 1;
    const text = leaf.field === null ? leaf.text : `${leaf.field}:${leaf.text}`;
    if (analyzeText(text).length === 0 && !/[*?]/.test(text)) return () => 1; // only stop words
    const inFields = queryFields.flatMap(([name, weight]) => {
      if (name === "id" && !/^\d+$/.test(text)) return [];
      const matches = compileLeaf({ kind: leaf.kind, field: name, text }, fieldNamed(name), now);
      return [(candidate: Candidate) => matches(candidate) * weight];
    });
    // The fields come by weight: the first that matches gives the most.
    return (candidate) => {
      for (const matches of inFields) {
        const score = matches(candidate);
        if (score > 0) return score;
      }
      return 0;
    };
  });
}

/** Whether any part of the tree needs a value out of the file. */
export function needsHeader(node: Node): boolean {
  if (node.kind === "and" || node.kind === "or") return node.nodes.some(needsHeader);
  if (node.kind === "not") return needsHeader(node.node);
  return node.field !== null && headerFields.has(node.field);
}

function compile(node: Node, leafMatcher: (leaf: Leaf) => Matcher): Matcher {
  if (node.kind === "not") {
    const matches = compile(node.node, leafMatcher);
    return (candidate) => (matches(candidate) > 0 ? 0 : 1);
  }
  if (node.kind !== "and" && node.kind !== "or") return leafMatcher(node);
  const parts = node.nodes.map((part) => compile(part, leafMatcher));
  const isAnd = node.kind === "and";
  return (candidate) => {
    let sum = 0;
    for (const part of parts) {
      const score = part(candidate);
      if (isAnd && score === 0) return 0;
      sum += score;
    }
    return sum;
  };
}

function fieldNamed(name: string): IndexField {
  if (name === "geotag") throw new NotEmulated("filters on geotag are not emulated");
  const field = Object.hasOwn(indexFields, name) ? indexFields[name] : undefined;
  if (field === undefined) throw new SyntaxProblem(`undefined field ${name}`);
  return field;
}

function compileLeaf(leaf: Leaf, field: IndexField, now: number): Matcher {
  const test = compileTest(leaf, field, now);
  return (candidate) => (test(candidate) ? 1 : 0);
}

type Test = (candidate: Candidate) => boolean;

function compileTest(leaf: Leaf, field: IndexField, now: number): Test {
  if (isWordField(field)) return words(leaf, field);
  return isNumberField(field) ? numbers(leaf, field, now) : strings(leaf, field);
}

function words(leaf: Leaf, field: WordField): Test {
  if (leaf.kind === "range") {
    const within = inRange(leaf, (bound) => bound.toLowerCase());
    return (candidate) => field.of(candidate).some((value) => value.some(within));
  }
  const pattern = leaf.kind === "term" ? wildcard(leaf.text.toLowerCase()) : undefined;
  if (pattern !== undefined)
    return (candidate) =>
      field.of(candidate).some((value) => value.some((word) => pattern.test(word)));
  if (leaf.kind === "term" && leaf.text === "*")
    return (candidate) => field.of(candidate).some((value) => value.length > 0);
  const wanted = (field.type === "letters" ? analyzeLetters : analyzeText)(leaf.text);
  if (wanted.length === 0) return () => false;
  const contains = leaf.kind === "phrase" ? containsInOrder : containsAll;
  return (candidate) => field.of(candidate).some((value) => contains(value, wanted));
}

const containsAll = (value: readonly string[], wanted: readonly string[]) =>
  wanted.every((word) => value.includes(word));

const containsInOrder = (value: readonly string[], wanted: readonly string[]) =>
  value.some((_, start) => wanted.every((word, index) => value[start + index] === word));

function numbers(leaf: Leaf, field: NumberField, now: number): Test {
  const test = comparison(leaf, (text) =>
    field.type === "date" ? parseDate(text, now) : parseNumber(text, field.type === "int"),
  );
  return (candidate) => test(field.of(candidate));
}

function strings(leaf: Leaf, field: StringField): Test {
  const fold = (text: string) => (field.type === "string" ? text : text.trim().toLowerCase());
  const pattern = leaf.kind === "term" ? wildcard(fold(leaf.text)) : undefined;
  const test =
    pattern === undefined ? comparison(leaf, fold) : (value: string) => pattern.test(value);
  return (candidate) => field.of(candidate).some(test);
}

/** How a single value is compared with a leaf; `*` alone asks only that there be a value. */
function comparison<T extends string | number>(leaf: Leaf, read: (text: string) => T) {
  if (leaf.kind === "range") return inRange(leaf, read);
  if (leaf.text === "*") return () => true;
  const wanted = read(leaf.text);
  return (value: T) => value === wanted;
}

function inRange<T extends string | number>(
  range: Extract<Leaf, { kind: "range" }>,
  read: (text: string) => T,
) {
  const from = range.from === "*" ? undefined : read(range.from);
  const to = range.to === "*" ? undefined : read(range.to);
  return (value: T) =>
    (from === undefined || (range.includeFrom ? value >= from : value > from)) &&
    (to === undefined || (range.includeTo ? value <= to : value < to));
}

function parseNumber(text: string, whole: boolean): number {
  const pattern = whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (!pattern.test(text)) throw new SyntaxProblem(`Invalid Number: ${text}`);
  return Number(text);
}

/** A pattern for a term with `*` or `?`; `undefined` for one without, and for `*` alone. */
function wildcard(term: string): RegExp | undefined {
  if (!/[*?]/.test(term) || term === "*") return undefined;
  const parts = Array.from(term, (character) => {
    if (character === "*") return ".*";
    if (character === "?") return ".";
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return new RegExp(`^${parts.join("")}$`, "su");
}
