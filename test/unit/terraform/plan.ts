/** A plan in the form of `terraform show -json`: the parts that the checks read. */
export interface Plan {
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly planned_values: { readonly root_module: { readonly resources: readonly Resource[] } };
  /** What was known already: data sources. */
  readonly prior_state: {
    readonly values: { readonly root_module: { readonly resources: readonly Resource[] } };
  };
  /** The module as it is written: which value refers to what, also where the value is known only after applying. */
  readonly configuration: {
    readonly root_module: { readonly resources: readonly Configured[] };
  };
  /** What would be done to each resource; `["delete", "create"]` is a replacement. */
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

/** A resource block. Each expression is `{ references }`, `{ constant_value }` or blocks of them. */
export interface Configured {
  /** Without an index. */
  readonly address: string;
  readonly expressions?: Readonly<Record<string, unknown>>;
  readonly for_each_expression?: unknown;
  readonly count_expression?: unknown;
  readonly depends_on?: readonly string[];
}

export interface Resource {
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  /** What is known before applying; the rest is left out. */
  readonly values: Values;
}

export type Values = Readonly<Record<string, unknown>>;

/** What a check found wrong, each a sentence. */
export type Check = (plan: Plan) => string[];

export const managed = (plan: Plan): Resource[] =>
  plan.planned_values.root_module.resources.filter(({ mode }) => mode === "managed");

export const ofType = (plan: Plan, type: string): Resource[] =>
  managed(plan).filter((resource) => resource.type === type);

/** The only block of a kind, which Terraform plans as a list; an empty one when there is none. */
export function block(values: Values, name: string): Values {
  const list = values[name];
  return Array.isArray(list) ? ((list[0] ?? {}) as Values) : {};
}

/** What is at a path such as `http_target.0.uri`; undefined when nothing is. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], value);

export const configured = (plan: Plan): readonly Configured[] =>
  plan.configuration.root_module.resources;

/** Everything that an expression, or what is inside of it, refers to. */
export function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(referencesIn);
  if (typeof expression !== "object" || expression === null) return [];
  return Object.entries(expression).flatMap(([key, value]) =>
    key === "references" ? (value as string[]) : referencesIn(value),
  );
}

export const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const projectOf = (plan: Plan): string => text(plan.variables?.["project_id"]?.value);

/** `a` against `b`, as lists of names: what is missing and what is too much. */
export function differences(
  what: string,
  is: Iterable<string>,
  should: Iterable<string>,
): string[] {
  const [a, b] = [new Set(is), new Set(should)];
  return [
    ...[...b].filter((name) => !a.has(name)).map((name) => `${what}: ${name} is missing`),
    ...[...a].filter((name) => !b.has(name)).map((name) => `${what}: ${name} is not known`),
  ];
}
