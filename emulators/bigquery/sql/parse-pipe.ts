import type { FromItem, GroupBy, Pipe, Query, Select } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError, UnsupportedError } from "./error.ts";
import { pivot, readJoin, sample, unpivot } from "./parse-from.ts";
import { parseGroupBy, parseSelect, parseWindows, selectList } from "./parse-select.ts";
import { readSetOperation } from "./parse-set.ts";
import { parseWith } from "./parse-with.ts";

/** The `|>` operators after a query, in order. */
export function parsePipes(c: Cursor): Pipe[] {
  const pipes: Pipe[] = [];
  while (c.accept("|>")) pipes.push(pipe(c));
  return pipes;
}

/** Operators that GoogleSQL has and that are not read here. */
const laterOperators =
  /^(?:ASSERT|CALL|CREATE|DESCRIBE|EXPORT|FORK|IF|INSERT|LOG|MATCH_RECOGNIZE|RECURSIVE|STATIC_DESCRIBE|TEE)$/;

function pipe(c: Cursor): Pipe {
  const { at } = c;
  const operation = readSetOperation(c);
  if (operation !== undefined) return setOperation(c, operation, at);
  const join = readJoin(c);
  if (join !== undefined) return { kind: "join", make: join, at };
  if (c.is("SELECT")) return { kind: "select", select: pipeSelect(c), at };
  if (c.is("WITH")) {
    const recursive = c.is("WITH", "RECURSIVE");
    return { kind: "with", recursive, with: parseWith(c), at };
  }
  // WINDOW is the older name of EXTEND with window functions.
  if (c.accept("WINDOW")) return { kind: "extend", items: selectList(c), windows: [], at };
  if (c.is("TABLESAMPLE")) {
    const shape = sample(c, { kind: "table", path: [], at });
    return { kind: "join", make: (left) => ({ ...shape, input: left }), at };
  }
  if (c.accept("WHERE")) return { kind: "where", expr: c.expr(), at };
  if (c.accept("EXTEND"))
    return { kind: "extend", items: selectList(c), windows: parseWindows(c), at };
  if (c.accept("SET")) {
    const items = c.list(() => {
      const name = c.identifier();
      c.expect("=");
      return { name, expr: c.expr() };
    });
    return { kind: "set", items, at };
  }
  if (c.accept("DROP")) return { kind: "drop", names: c.list(() => c.identifier()), at };
  if (c.accept("RENAME")) {
    const items = c.list(() => {
      const from = c.identifier();
      c.accept("AS");
      return { from, to: c.identifier() };
    });
    return { kind: "rename", items, at };
  }
  if (c.accept("AS")) return { kind: "as", alias: c.identifier(), at };
  if (c.accept("ORDER", "BY")) return { kind: "orderBy", items: c.orderBy(), at };
  if (c.accept("LIMIT")) {
    const limit = c.expr();
    return c.accept("OFFSET")
      ? { kind: "limit", limit, offset: c.expr(), at }
      : { kind: "limit", limit, at };
  }
  if (c.accept("DISTINCT")) return { kind: "distinct", at };
  if (c.accept("AGGREGATE")) return aggregate(c, at);
  if (c.is("PIVOT") || c.is("UNPIVOT")) {
    const read = c.is("PIVOT") ? pivot : unpivot;
    // The input is put in later: what is read now stands on nothing.
    const shape = read(c, { kind: "table", path: [], at }, at);
    return { kind: "join", make: (left) => ({ ...shape, input: left }) as FromItem, at };
  }
  if (laterOperators.test(c.token.upper))
    throw new UnsupportedError(`pipe operator ${c.token.text}`, at);
  return c.fail();
}

/** SELECT of a pipe has its input already, and other operators for what follows a FROM. */
function pipeSelect(c: Cursor): Select {
  const select = parseSelect(c);
  if (
    (select.from ?? select.where ?? select.groupBy ?? select.having ?? select.qualify) !== undefined
  )
    throw new SqlError(
      "Syntax error: pipe SELECT cannot have a FROM, WHERE, GROUP BY, HAVING or QUALIFY clause",
      select.at,
    );
  return select;
}

function aggregate(c: Cursor, at: number): Pipe {
  const items: Extract<Pipe, { kind: "aggregate" }>["items"][number][] = [];
  while (!c.atEnd && !c.isAny("GROUP", "|>", ")", ";")) {
    const start = c.at;
    const expr = c.expr();
    const alias = c.alias();
    const order = c.accept("DESC") ? "desc" : c.accept("ASC") ? "asc" : undefined;
    items.push({
      expr,
      at: start,
      ...(alias === undefined ? {} : { alias }),
      ...(order === undefined ? {} : { order }),
    });
    if (!c.accept(",")) break;
  }
  const orderKeys = c.is("GROUP", "AND", "ORDER", "BY");
  const groupBy: GroupBy | undefined = c.is("GROUP") ? parseGroupBy(c, true) : undefined;
  return { kind: "aggregate", items, orderKeys, at, ...(groupBy === undefined ? {} : { groupBy }) };
}

function setOperation(
  c: Cursor,
  head: NonNullable<ReturnType<typeof readSetOperation>>,
  at: number,
): Pipe {
  const queries: Query[] = c.list(() => c.parenthesized(() => c.query()));
  return { kind: "set-operation", ...head, queries, at };
}
