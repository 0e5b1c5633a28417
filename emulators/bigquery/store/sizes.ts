import { INT64, STRING } from "../analyze/types.ts";
import type { Engine } from "../engine/engine.ts";
import { quoteName } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import { columnBytes } from "./logical-bytes.ts";
import { scansOf } from "./scans.ts";
import { typeOfField } from "./schema.ts";
import type { StoredTable } from "./stored.ts";

/** Logical sizes of columns, each counted once until rows change. */
export class Sizes {
  private readonly engine: Engine;
  private counted = new Map<string, Map<string, bigint>>();
  private at = -1;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Logical bytes of these columns of a table, or of all. */
  async bytesOf(table: StoredTable, columns?: ReadonlySet<string>): Promise<bigint> {
    const { physical, schema } = table;
    if (physical === undefined) return 0n;
    const known = this.knownOf(physical);
    const wanted = schema.fields.filter((f) => columns?.has(f.name) ?? true);
    const missing = wanted.filter((f) => !known.has(f.name));
    if (missing.length > 0) {
      const sums = missing.map((f) => columnBytes(typeOfField(f), quoteName(f.name))).join(", ");
      const [row = []] = await this.engine.query(
        `SELECT ${sums} FROM ${physical}`,
        missing.map(() => INT64),
      );
      for (const [i, { name }] of missing.entries()) known.set(name, row[i] as bigint);
    }
    return wanted.reduce((sum, f) => sum + (known.get(f.name) ?? 0n), 0n);
  }

  /** What is known of a table. A transaction sees other rows than everyone else, so it counts for itself. */
  private knownOf(physical: string): Map<string, bigint> {
    if (this.engine.isInTransaction) return new Map();
    const now = this.engine.changes;
    if (now !== this.at) this.counted = new Map();
    this.at = now;
    const known = this.counted.get(physical) ?? new Map<string, bigint>();
    this.counted.set(physical, known);
    return known;
  }

  /** Logical bytes of the columns that a query reads, for each of these tables that it reads at all. */
  async readBy(sql: string, tables: readonly StoredTable[]): Promise<bigint[]> {
    const scans = scansOf(sql, await this.plan(sql));
    const sums: bigint[] = [];
    for (const table of tables) {
      const columns = scans.get(table.physical ?? "");
      if (columns !== undefined) sums.push(await this.bytesOf(table, new Set(columns)));
    }
    return sums;
  }

  /**
   * DuckDB's plan; none when a constant in the query fails, which is then the query's own error. That ends a
   * transaction, so there it is told at once.
   */
  private async plan(sql: string): Promise<string | undefined> {
    try {
      const [row] = await this.engine.query(`EXPLAIN (FORMAT JSON) ${sql}`, [STRING, STRING]);
      return row?.[1] as string;
    } catch (error) {
      if (error instanceof SqlError && !this.engine.isInTransaction) return undefined;
      throw error;
    }
  }
}
