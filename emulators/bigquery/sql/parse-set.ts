import type { ByName, SetOperation } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

type SetHead = Pick<SetOperation, "op" | "all" | "byName">;

/** `[INNER|LEFT|FULL [OUTER]] UNION ALL|DISTINCT [BY NAME [ON (…)] | [STRICT] CORRESPONDING [BY (…)]]`. */
export function readSetOperation(c: Cursor): SetHead | undefined {
  const start = c.index;
  const mode = c.accept("INNER")
    ? "inner"
    : c.accept("LEFT")
      ? "left"
      : c.accept("FULL")
        ? "full"
        : undefined;
  const outer = c.accept("OUTER");
  if (!c.isAny("UNION", "INTERSECT", "EXCEPT") || c.ahead(1).text === "(") {
    c.index = start;
    return undefined;
  }
  const op = c.advance().upper as SetOperation["op"];
  const all = c.accept("ALL");
  if (!all) c.expect("DISTINCT");
  const names = matchNames(c, mode ?? (outer ? "full" : undefined));
  if (names === undefined && (mode !== undefined || outer)) c.fail("Expected BY NAME");
  return names === undefined ? { op, all } : { op, all, byName: names };
}

function matchNames(c: Cursor, mode: ByName["outer"] | undefined): ByName | undefined {
  const list = () => c.parenthesized(() => c.list(() => c.identifier()));
  if (c.accept("BY", "NAME")) {
    const on = c.accept("ON") ? list() : undefined;
    // BY NAME is strict where no mode is given; CORRESPONDING takes the common columns.
    return on === undefined ? { outer: mode ?? "strict" } : { outer: mode ?? "strict", on };
  }
  const strict = c.accept("STRICT");
  if (!c.accept("CORRESPONDING"))
    return strict ? c.fail("Expected keyword CORRESPONDING") : undefined;
  const on = c.accept("BY") ? list() : undefined;
  const outer = strict ? "strict" : (mode ?? "inner");
  return on === undefined ? { outer } : { outer, on };
}
