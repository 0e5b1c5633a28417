import { TIMESTAMP } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { definitionBody, routineType } from "../store/routines.ts";
import { strings } from "./tables.ts";
import { micros, type View, view } from "./view.ts";

const types: Readonly<Record<string, string>> = {
  PROCEDURE: "PROCEDURE",
  TABLE_VALUED_FUNCTION: "TABLE FUNCTION",
};

/** Documentation: "ROUTINES view". Without the columns `data_type` and `ddl`. */
export const routines: View = view(
  [
    ...strings("specific_catalog", "specific_schema", "specific_name"),
    ...strings("routine_catalog", "routine_schema", "routine_name"),
    ...strings("routine_type", "routine_body", "routine_definition"),
    ...strings("external_language", "is_deterministic", "security_type"),
    ["created", TIMESTAMP],
    ["last_altered", TIMESTAMP],
  ],
  ({ projectId }, datasets) =>
    datasets.flatMap((d) =>
      [...d.routines.values()].map((r): Plain[] => {
        const key = [projectId, d.id, r.id];
        const type = types[routineType(r)] ?? "FUNCTION";
        const made = micros(r.created);
        return [...key, ...key, type, "SQL", definitionBody(r), null, null, null, made, made];
      }),
    ),
);
