/** A plan in the form of `terraform show -json`: the parts that the checks read. */
export interface Plan {
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly planned_values: { readonly root_module: { readonly resources: readonly Resource[] } };
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
