import type { Context } from "../analyze/context.ts";
import type { StoredTable } from "../store/store.ts";
import type { Environment } from "./environment.ts";

/** What a statement reads, and what the real service would charge for, in bytes. */
export interface Bytes {
  readonly processed: bigint;
  readonly billed: bigint;
}

export const noBytes: Bytes = { processed: 0n, billed: 0n };

export const sumOfBytes = (all: readonly Bytes[]): Bytes =>
  all.reduce(
    (sum, { processed, billed }) => ({
      processed: sum.processed + processed,
      billed: sum.billed + billed,
    }),
    noBytes,
  );

/**
 * The columns that a statement's query reads, and all of the table that it changes; `sql` is the query in DuckDB's
 * words. Throws when it lacks a filter that a table requires. A dry run costs nothing.
 */
export async function bytesOf(
  env: Environment,
  { session }: Context,
  sql: string,
  changed?: StoredTable,
): Promise<Bytes> {
  session.partitions.check(sql);
  const { sizes } = env.store;
  const others = [...env.store.allTables(), ...env.temporaryTables.values()].filter(
    (table) => table !== changed,
  );
  const read = /\bdata_\d+\b/.test(sql) ? await sizes.readBy(sql, others) : [];
  const all = changed === undefined ? read : [...read, await sizes.bytesOf(changed)];
  const processed = all.reduce((sum, bytes) => sum + bytes, 0n);
  return { processed, billed: env.dryRun ? 0n : billedFor(all) };
}

const mib = 1n << 20n;
const leastBilled = 10n * mib;

/**
 * Whole mebibytes, at least ten for each table read
 * (https://cloud.google.com/bigquery/pricing#on_demand_pricing). What reads nothing costs nothing.
 */
function billedFor(tables: readonly bigint[]): bigint {
  const sum = tables
    .filter((bytes) => bytes > 0n)
    .reduce((total, bytes) => total + (bytes > leastBilled ? bytes : leastBilled), 0n);
  return ((sum + mib - 1n) / mib) * mib;
}
