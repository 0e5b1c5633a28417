import { STRING, TIMESTAMP, type Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { micros, ofTables, type View, view } from "./view.ts";

export const strings = (...names: string[]): [string, Type][] =>
  names.map((name) => [name, STRING]);
export const tableKey = strings("table_catalog", "table_schema", "table_name");

/** Documentation: "SCHEMATA view". */
export const schemata: View = view(
  [
    ...strings("catalog_name", "schema_name", "schema_owner"),
    ["creation_time", TIMESTAMP],
    ["last_modified_time", TIMESTAMP],
    ...strings("location", "default_collation_name"),
  ],
  ({ projectId }, datasets) =>
    datasets.map((d) => {
      const location = d.resource["location"];
      const place = typeof location === "string" ? location : "US";
      return [projectId, d.id, null, micros(d.created), micros(d.modified), place, null];
    }),
);

/** Documentation: "TABLES view". */
export const tables: View = view(
  [
    ...tableKey,
    ...strings("table_type", "managed_table_type", "is_insertable_into"),
    ...strings("is_fine_grained_mutations_enabled", "is_typed", "is_change_history_enabled"),
    ["creation_time", TIMESTAMP],
    ...strings("base_table_catalog", "base_table_schema", "base_table_name"),
    ["snapshot_time_ms", TIMESTAMP],
    ...strings("default_collation_name"),
  ],
  ({ projectId }, datasets) =>
    ofTables(datasets, (d, t): Plain[][] => {
      const isTable = t.view === undefined;
      const kind = isTable ? ["BASE TABLE", "NATIVE", "YES"] : ["VIEW", null, "NO"];
      return [[projectId, d.id, t.id, ...kind, "NO", "NO", "NO", micros(t.created)]];
    }),
);

/** Documentation: "VIEWS view". */
export const viewsView: View = view(
  [...tableKey, ...strings("view_definition", "check_option", "use_standard_sql")],
  ({ projectId }, datasets) =>
    ofTables(datasets, (d, t) =>
      t.view === undefined ? [] : [[projectId, d.id, t.id, t.view, null, "YES"]],
    ),
);

const literalOf = (text: string) => JSON.stringify(text);

/** Options as DDL would set them: name, type and text of the value. */
const options: Readonly<
  Record<string, readonly [name: string, type: string, text: (value: never) => string]>
> = {
  description: ["description", "STRING", literalOf],
  friendlyName: ["friendly_name", "STRING", literalOf],
  labels: [
    "labels",
    "ARRAY<STRUCT<STRING, STRING>>",
    (labels: Readonly<Record<string, string>>) =>
      `[${Object.entries(labels)
        .map(([key, value]) => `STRUCT(${literalOf(key)}, ${literalOf(value)})`)
        .join(", ")}]`,
  ],
  expirationTime: [
    "expiration_timestamp",
    "TIMESTAMP",
    (ms: string) => `TIMESTAMP ${literalOf(new Date(Number(ms)).toISOString())}`,
  ],
  requirePartitionFilter: ["require_partition_filter", "BOOL", String],
};

/** Documentation: "TABLE_OPTIONS view". */
export const tableOptions: View = view(
  [...tableKey, ...strings("option_name", "option_type", "option_value")],
  ({ projectId }, datasets) =>
    ofTables(datasets, (d, t) =>
      Object.entries(options).flatMap(([key, [name, type, text]]): Plain[][] => {
        const value = t.resource[key];
        if (value === undefined || value === null) return [];
        return [[projectId, d.id, t.id, name, type, text(value as never)]];
      }),
    ),
);
