interface PlanNode {
  readonly extra_info?: Readonly<Record<string, unknown>>;
  readonly children?: readonly PlanNode[];
}

/** Columns that a query reads, by DuckDB table. */
export type Scans = ReadonlyMap<string, readonly string[]>;

/**
 * What DuckDB SQL reads, from DuckDB's plan of it, which has no column that the result does not hang on.
 * A table that the plan does not touch counts as it is written: its statistics have answered, which BigQuery's do not.
 */
export function scansOf(sql: string, plan: string | undefined): Scans {
  const scans = new Map<string, string[]>();
  const visit = ({ extra_info: info = {}, children = [] }: PlanNode): void => {
    const table = /\bdata_\d+$/.exec(typeof info["Table"] === "string" ? info["Table"] : "")?.[0];
    if (table !== undefined)
      scans.set(table, [
        ...(scans.get(table) ?? []),
        ...list(info["Projections"]),
        ...list(info["Filters"]).flatMap(namesIn),
      ]);
    for (const child of children) visit(child);
  };
  if (plan !== undefined) for (const node of JSON.parse(plan) as PlanNode[]) visit(node);
  const written = new Map<string, string[]>();
  for (const [, table, alias] of sql.matchAll(/\b(data_\d+) AS (t\d+)\b/g))
    written.set(table, [...(written.get(table) ?? []), ...mentions(sql, alias)]);
  for (const [table, columns] of written) if (!scans.has(table)) scans.set(table, columns);
  return scans;
}

const list = (value: unknown): string[] =>
  typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];

/** Words of a filter that are no texts: among them its columns. */
const namesIn = (filter: string): string[] =>
  filter.replaceAll(/'(?:[^']|'')*'/g, "").match(/"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];

const mentions = (sql: string, alias: string): string[] =>
  [...sql.matchAll(new RegExp(`\\b${alias}\\."((?:[^"]|"")*)"`, "g"))].map(([, name]) =>
    name.replaceAll('""', '"'),
  );
