import { INT64 } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import type { FieldSchema } from "../store/schema.ts";
import { strings, tableKey } from "./tables.ts";
import { dataType, ofTables, partitioningOf, type View, view, yesNo } from "./view.ts";

/** Documentation: "COLUMNS view". */
export const columns: View = view(
  [
    ...tableKey,
    ...strings("column_name"),
    ["ordinal_position", INT64],
    ...strings("is_nullable", "data_type", "is_generated", "generation_expression", "is_stored"),
    ...strings("is_hidden", "is_updatable", "is_system_defined", "is_partitioning_column"),
    ["clustering_ordinal_position", INT64],
    ...strings("collation_name", "column_default", "rounding_mode"),
  ],
  ({ projectId }, datasets) =>
    ofTables(datasets, (d, t) => {
      const key = [projectId, d.id, t.id];
      const partition = partitioningOf(t)?.field;
      const clustering = t.resource["clustering"] as { fields?: string[] } | undefined;
      return t.schema.fields.map((f, i): Plain[] => {
        const place = clustering?.fields?.indexOf(f.name) ?? -1;
        return [
          ...key,
          f.name,
          BigInt(i + 1),
          yesNo(f.mode !== "REQUIRED"),
          dataType(f),
          "NEVER",
          null,
          null,
          "NO",
          null,
          "NO",
          yesNo(partition === f.name),
          place < 0 ? null : BigInt(place + 1),
          null,
          f.defaultValueExpression ?? null,
          null,
        ];
      });
    }),
);

/** A field and all below it, with their paths. */
const paths = (field: FieldSchema, prefix = ""): { path: string; field: FieldSchema }[] => {
  const path = `${prefix}${field.name}`;
  return [{ path, field }, ...(field.fields ?? []).flatMap((inner) => paths(inner, `${path}.`))];
};

/** Documentation: "COLUMN_FIELD_PATHS view". */
export const columnFieldPaths: View = view(
  [
    ...tableKey,
    ...strings("column_name", "field_path", "data_type", "description"),
    ...strings("collation_name", "rounding_mode"),
  ],
  ({ projectId }, datasets) =>
    ofTables(datasets, (d, t) =>
      t.schema.fields.flatMap((column) =>
        paths(column).map(({ path, field }): Plain[] => [
          projectId,
          d.id,
          t.id,
          column.name,
          path,
          dataType(field),
          field.description ?? null,
        ]),
      ),
    ),
);
