import type { StoredDataset } from "./stored.ts";

/** Remembers the catalog as it is; the result puts everything back. */
export function snapshot(datasets: Map<string, StoredDataset>): () => void {
  const before = [...datasets.values()].map((dataset) => ({
    dataset,
    copy: { ...dataset },
    tables: [...dataset.tables].map(([name, table]) => ({ name, table, copy: { ...table } })),
    routines: [...dataset.routines].map(([name, routine]) => ({
      name,
      routine,
      copy: { ...routine },
    })),
  }));
  return () => {
    datasets.clear();
    for (const { dataset, copy, tables, routines } of before) {
      datasets.set(dataset.id, Object.assign(dataset, copy));
      dataset.tables.clear();
      for (const { name, table, copy: old } of tables)
        dataset.tables.set(name, Object.assign(table, old));
      dataset.routines.clear();
      for (const { name, routine, copy: old } of routines)
        dataset.routines.set(name, Object.assign(routine, old));
    }
  };
}
