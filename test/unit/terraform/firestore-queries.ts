/** A composite index, in the form of firebase.json's `indexes`. */
export interface CompositeIndex {
  readonly collectionGroup: string;
  readonly queryScope: "COLLECTION" | "COLLECTION_GROUP";
  readonly fields: readonly IndexField[];
}

interface IndexField {
  readonly fieldPath: string;
  /** Null where the query only compares for equality: any order serves. */
  readonly order: "ASCENDING" | "DESCENDING" | "CONTAINS" | null;
}

/** A chain of calls with two levels of nested parentheses: `name.a(…).b(…)`. */
const args = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;
const chain = new RegExp(String.raw`(\w+)((?:\s*[?!]?\.\s*\w+\s*(?:<\w+>)?${args})+)`, "g");
const call = new RegExp(String.raw`\.\s*(\w+)\s*(?:<\w+>)?(${args})`, "g");

/**
 * The composite indexes that the Firestore queries of a source need, by the rules of
 * https://cloud.google.com/firestore/docs/query-data/index-overview: equalities alone are merged from single-field
 * indexes; a range or an order beside another field needs an index of them together.
 * @throws Error for a query that it cannot read, so that none is passed over.
 */
export function requiredIndexes(source: string): CompositeIndex[] {
  const collections = collectionsOf(source);
  const chains = [...source.matchAll(chain)].filter(([text]) =>
    /\.\s*(where|orderBy)\s*\(/.test(text),
  );
  const read = chains
    .flatMap(([text]) => callsOf(text))
    .filter(({ name }) => isFilter(name)).length;
  const all = [...source.matchAll(/\.\s*(?:where|orderBy)\s*\(/g)].length;
  if (read !== all)
    throw new Error(
      `${all - read} of ${all} Firestore query calls are not in a chain that can be read: write the query as one chain on its collection`,
    );
  return chains.flatMap(([text, root = ""]) => {
    const calls = callsOf(text);
    const opened = calls.find(({ name }) => name === "collection" || name === "collectionGroup");
    const collection = opened === undefined ? collections.get(root) : stringsOf(opened.text)[0];
    if (collection === undefined) throw new Error(`cannot tell the collection of ${text.trim()}`);
    const fields = fieldsOf(calls);
    const isComposite = fields.length > 1 && fields.some(({ order }) => order !== null);
    const queryScope = opened?.name === "collectionGroup" ? "COLLECTION_GROUP" : "COLLECTION";
    return isComposite ? [{ collectionGroup: collection, queryScope, fields }] : [];
  });
}

/** Whether a declared index serves: the equalities first in any order, then the rest exactly. */
export function serves(declared: CompositeIndex, needed: CompositeIndex): boolean {
  const equal = needed.fields
    .filter(({ order }) => order === null)
    .map(({ fieldPath }) => fieldPath);
  const rest = needed.fields.slice(equal.length);
  const first = declared.fields.slice(0, equal.length).map(({ fieldPath }) => fieldPath);
  const last = declared.fields.slice(equal.length);
  return (
    declared.collectionGroup === needed.collectionGroup &&
    declared.queryScope === needed.queryScope &&
    JSON.stringify(first.toSorted()) === JSON.stringify(equal.toSorted()) &&
    last.length === rest.length &&
    rest.every(
      ({ fieldPath, order }, at) => last[at]?.fieldPath === fieldPath && last[at]?.order === order,
    )
  );
}

interface Call {
  readonly name: string;
  readonly text: string;
}

const isFilter = (name: string) => name === "where" || name === "orderBy";
const callsOf = (text: string): Call[] =>
  [...text.matchAll(call)].map(([, name = "", given = ""]) => ({ name, text: given }));
const stringsOf = (text: string) =>
  [...text.matchAll(/["'`]([^"'`]*)["'`]/g)].map(([, value = ""]) => value);

const collectionsOf = (source: string) =>
  new Map(
    [...source.matchAll(/(\w+)\s*[=:]\s*[\w.]+\.collection\(\s*["'`]([\w-]+)["'`]\s*\)/g)].map(
      ([, variable = "", name = ""]) => [variable, name],
    ),
  );

function fieldsOf(calls: readonly Call[]): IndexField[] {
  const equal: IndexField[] = [];
  const ordered = new Map<string, IndexField["order"]>();
  for (const { name, text } of calls.filter((each) => isFilter(each.name))) {
    const [fieldPath, second] = stringsOf(text);
    if (fieldPath === undefined)
      throw new Error(`a field that is not written out: .${name}${text}`);
    if (name === "orderBy") ordered.set(fieldPath, second === "desc" ? "DESCENDING" : "ASCENDING");
    else if (second === "==" || second === "in") equal.push({ fieldPath, order: null });
    else if (second?.startsWith("array-contains")) equal.push({ fieldPath, order: "CONTAINS" });
    else if (!ordered.has(fieldPath)) ordered.set(fieldPath, "ASCENDING");
  }
  const rest = [...ordered].map(([fieldPath, order]) => ({ fieldPath, order }));
  const byEquality = equal.toSorted((a, b) => Number(a.order !== null) - Number(b.order !== null));
  return [...byEquality, ...rest];
}
