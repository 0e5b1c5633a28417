const halfWindowMs = 5 * 60_000;
const halfLimit = 250_000;

/**
 * insertIds of the last 5 to 10 minutes, at most half a million: the real service remembers them "at least one minute"
 * (https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataconsistency).
 */
export class InsertIds {
  private recent = new Set<string>();
  private older = new Set<string>();
  private since = Date.now();

  /** Notes an id of a table; false when it is known already. */
  add(table: string, id: string): boolean {
    const key = `${table} ${id}`;
    if (this.recent.has(key) || this.older.has(key)) return false;
    if (this.recent.size >= halfLimit || Date.now() - this.since > halfWindowMs) {
      this.older = Date.now() - this.since > 2 * halfWindowMs ? new Set() : this.recent;
      this.recent = new Set();
      this.since = Date.now();
    }
    this.recent.add(key);
    return true;
  }

  /** Forgets an id whose row was not stored after all. */
  delete(table: string, id: string): void {
    const key = `${table} ${id}`;
    this.recent.delete(key);
    this.older.delete(key);
  }
}
