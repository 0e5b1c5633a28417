import { openCursor } from "../sql/parse.ts";
import { parseStoredProcedure } from "../sql/parse-script.ts";
import type { StoredRoutine } from "./stored.ts";

/** What a routine is, in the words of the API (REST reference, RoutineType). */
export const routineType = ({ routine: { yields = "value" } }: StoredRoutine): string =>
  ({
    value: "SCALAR_FUNCTION",
    aggregate: "AGGREGATE_FUNCTION",
    table: "TABLE_VALUED_FUNCTION",
    procedure: "PROCEDURE",
  })[yields];

/** The text of a routine without its head; of a procedure it is `BEGIN … END`, the parameters being kept with it. */
export function definitionBody({ routine, resource }: StoredRoutine): string {
  const kept = resource["definitionBody"] as string;
  if (routine.yields !== "procedure") return kept;
  const text = JSON.parse(kept) as string;
  return text.slice(parseStoredProcedure(openCursor(text)).body.at);
}
