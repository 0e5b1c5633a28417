/** A namespace, type, enum or service in protobufjs's JSON (https://github.com/protobufjs/protobuf.js, "JSON descriptors"). */
interface Node {
  readonly nested?: Readonly<Record<string, Node>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly values?: object;
  readonly methods?: Readonly<Record<string, Method>>;
}

interface Field {
  readonly type: string;
  readonly keyType?: string;
}

interface Method {
  readonly requestType: string;
  readonly responseType: string;
}

/**
 * A description of APIs with the named services alone, and the types that their methods reach.
 * @throws Error for a service or a type that is not there.
 */
export function prune(root: Node, services: readonly string[]): Node {
  const kept = new Set<string>();
  const visit = (name: string): void => {
    if (kept.has(name)) return;
    const node = find(root, name);
    if (node === undefined) throw new Error(`there is no ${name} in the description`);
    kept.add(name);
    const mentioned = [
      ...Object.values(node.fields ?? {}).map(({ type }) => type),
      ...Object.values(node.methods ?? {}).flatMap((each) => [each.requestType, each.responseType]),
    ];
    for (const type of mentioned) if (!scalars.has(type)) visit(resolve(root, name, type));
    const around = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    if (find(root, around)?.fields !== undefined) visit(around);
  };
  for (const service of services) visit(service);
  return copy(root, "", kept) ?? {};
}

/** https://protobuf.dev/programming-guides/proto3/#scalar */
const scalars = new Set(
  "double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes".split(
    " ",
  ),
);

const find = (root: Node, name: string): Node | undefined =>
  name.split(".").reduce<Node | undefined>((node, part) => node?.nested?.[part], root);

/** The full name of a type as it is mentioned inside of another one: the nearest on the way out. */
function resolve(root: Node, inside: string, type: string): string {
  if (type.startsWith(".")) return type.slice(1);
  for (let scope = inside; ; scope = scope.slice(0, Math.max(0, scope.lastIndexOf(".")))) {
    const name = scope === "" ? type : `${scope}.${type}`;
    const node = find(root, name);
    if (node?.fields !== undefined || node?.values !== undefined) return name;
    if (scope === "")
      throw new Error(`${inside} mentions ${type}, which is not in the description`);
  }
}

/** A node without the types and services that are not kept; undefined when nothing is left of it. */
function copy(node: Node, name: string, kept: ReadonlySet<string>): Node | undefined {
  const { nested = {}, ...own } = node;
  const inside = Object.entries(nested).flatMap(([key, child]) => {
    const left = copy(child, name === "" ? key : `${name}.${key}`, kept);
    return left === undefined ? [] : [[key, left] as const];
  });
  if (inside.length > 0) return { ...own, nested: Object.fromEntries(inside) };
  return kept.has(name) ? own : undefined;
}
