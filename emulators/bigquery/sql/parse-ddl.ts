import type { Option } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { UnsupportedError } from "./error.ts";
import { tablePath } from "./parse-from.ts";
import { createFunction, tableFunction } from "./parse-function.ts";
import { options, optionsIfAny } from "./parse-options.ts";
import { parseType } from "./parse-type.ts";
import type { AlterAction, ColumnDef, KeyDef, Statement, TableOptions } from "./statement.ts";

export function parseCreate(c: Cursor): Statement {
  const { at } = c;
  c.expect("CREATE");
  const orReplace = c.accept("OR", "REPLACE");
  const temp = c.accept("TEMP") || c.accept("TEMPORARY");
  if (c.accept("TABLE", "FUNCTION")) return tableFunction(c, { orReplace, temp, at });
  if (c.accept("TABLE")) return createTable(c, { orReplace, temp, at });
  if (c.accept("VIEW")) return createView(c, { orReplace, at });
  if (c.accept("AGGREGATE", "FUNCTION"))
    return createFunction(c, { orReplace, temp, at, yields: "aggregate" });
  if (c.accept("FUNCTION")) return createFunction(c, { orReplace, temp, at, yields: "value" });
  if (c.accept("SCHEMA")) {
    const ifNotExists = c.accept("IF", "NOT", "EXISTS");
    const path = tablePath(c);
    return { kind: "create schema", path, ifNotExists, options: optionsIfAny(c), at };
  }
  throw new UnsupportedError(`CREATE ${c.token.text}`, c.at);
}

function createTable(
  c: Cursor,
  head: { orReplace: boolean; temp: boolean; at: number },
): Statement {
  const ifNotExists = c.accept("IF", "NOT", "EXISTS");
  const path = tablePath(c);
  if (c.isAny("LIKE", "CLONE", "COPY")) {
    const rows = c.advance().upper !== "LIKE";
    const from = { path: tablePath(c), rows };
    const options = { list: optionsIfAny(c) };
    return { kind: "create table", path, ifNotExists, ...head, from, keys: [], options };
  }
  const keys: KeyDef[] = [];
  const columns = c.is("(") ? c.parenthesized(() => columnList(c, keys)) : undefined;
  const tableOptions: TableOptions = {
    ...(c.accept("PARTITION", "BY") ? { partition: c.expr() } : {}),
    ...(c.accept("CLUSTER", "BY") ? { cluster: c.list(() => c.identifier()) } : {}),
    list: optionsIfAny(c),
  };
  const query = c.accept("AS") ? c.query() : undefined;
  if (columns === undefined && query === undefined) c.fail("Expected a column list or AS");
  return {
    kind: "create table",
    path,
    ifNotExists,
    ...head,
    keys,
    options: tableOptions,
    ...(columns === undefined ? {} : { columns }),
    ...(query === undefined ? {} : { query }),
  };
}

function columnList(c: Cursor, keys: KeyDef[]): ColumnDef[] {
  const columns: ColumnDef[] = [];
  do {
    if (c.is(")") && columns.length > 0) break;
    if (isConstraint(c)) keys.push(tableConstraint(c));
    else columns.push(columnDef(c, keys));
  } while (c.accept(","));
  return columns;
}

const isConstraint = (c: Cursor): boolean =>
  c.is("PRIMARY", "KEY") ||
  c.is("FOREIGN", "KEY") ||
  (c.is("CONSTRAINT") && c.ahead(2).type === "id" && c.ahead(3).upper === "KEY");

/** Keys are promises that BigQuery does not check, and says so: `NOT ENFORCED`. */
function tableConstraint(c: Cursor): KeyDef {
  const { at } = c;
  if (c.accept("CONSTRAINT")) c.identifier();
  const foreign = c.accept("FOREIGN");
  if (!foreign) c.expect("PRIMARY");
  c.expect("KEY");
  const columns = columnNames(c);
  if (foreign) reference(c);
  c.expect("NOT", "ENFORCED");
  return { kind: foreign ? "foreign" : "primary", columns, at };
}

const columnNames = (c: Cursor) => c.parenthesized(() => c.list(() => c.identifier()));

function reference(c: Cursor): void {
  c.expect("REFERENCES");
  tablePath(c);
  columnNames(c);
}

function columnDef(c: Cursor, keys: KeyDef[] = []): ColumnDef {
  const name = c.identifier();
  const type = parseType(c, optionsIfAny);
  let required = false;
  let defaultValue: string | undefined;
  let columnOptions: Option[] = [];
  for (;;) {
    if (c.accept("NOT", "NULL")) required = true;
    else if (c.accept("DEFAULT")) {
      const { index } = c;
      c.expr();
      defaultValue = c.text.slice(c.tokens[index]?.start, c.ahead(-1).end);
    } else if (c.is("OPTIONS")) columnOptions = optionsIfAny(c);
    else if (c.is("PRIMARY", "KEY")) {
      keys.push({ kind: "primary", columns: [name], at: c.at });
      c.expect("PRIMARY", "KEY", "NOT", "ENFORCED");
    } else if (c.is("REFERENCES")) {
      reference(c);
      c.expect("NOT", "ENFORCED");
    } else if (c.is("COLLATE")) throw new UnsupportedError("COLLATE of a column", c.at);
    else break;
  }
  return {
    name,
    type,
    required,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    options: columnOptions,
  };
}

function createView(c: Cursor, head: { orReplace: boolean; at: number }): Statement {
  const ifNotExists = c.accept("IF", "NOT", "EXISTS");
  const path = tablePath(c);
  const columns = c.is("(")
    ? c.parenthesized(() => c.list(() => (optionsIfAny(c), c.identifier())))
    : undefined;
  const viewOptions = optionsIfAny(c);
  c.expect("AS");
  const from = c.at;
  c.query();
  const text = c.text.slice(from, c.ahead(-1).end);
  return {
    kind: "create view",
    path,
    ifNotExists,
    text,
    options: viewOptions,
    ...head,
    ...(columns === undefined ? {} : { columns }),
  };
}

export function parseDrop(c: Cursor): Statement {
  const { at } = c;
  c.expect("DROP");
  if (c.is("TABLE", "FUNCTION") || c.is("AGGREGATE", "FUNCTION")) c.advance();
  const what = c.token.upper;
  if (
    what !== "TABLE" &&
    what !== "VIEW" &&
    what !== "FUNCTION" &&
    what !== "PROCEDURE" &&
    what !== "SCHEMA"
  )
    throw new UnsupportedError(`DROP ${c.token.text}`, c.at);
  c.advance();
  const ifExists = c.accept("IF", "EXISTS");
  const path = tablePath(c);
  const cascade = c.accept("CASCADE");
  if (!cascade) c.accept("RESTRICT");
  const dropped = what === "PROCEDURE" ? "FUNCTION" : what;
  return { kind: "drop", what: dropped, path, ifExists, cascade, at };
}

export function parseAlter(c: Cursor): Statement {
  const { at } = c;
  c.expect("ALTER");
  if (!c.accept("TABLE")) throw new UnsupportedError(`ALTER ${c.token.text}`, c.at);
  const ifExists = c.accept("IF", "EXISTS");
  const path = tablePath(c);
  return { kind: "alter table", path, ifExists, actions: c.list(() => alterAction(c)), at };
}

function alterAction(c: Cursor): AlterAction {
  if (c.accept("ADD", "COLUMN")) {
    const ifNotExists = c.accept("IF", "NOT", "EXISTS");
    return { kind: "add column", column: columnDef(c), ifNotExists };
  }
  if (c.accept("DROP", "COLUMN")) {
    const ifExists = c.accept("IF", "EXISTS");
    return { kind: "drop column", name: c.identifier(), ifExists };
  }
  if (c.accept("RENAME", "COLUMN")) {
    const from = c.identifier();
    c.expect("TO");
    return { kind: "rename column", from, to: c.identifier() };
  }
  if (c.accept("RENAME", "TO")) return { kind: "rename", to: c.identifier() };
  if (c.accept("SET", "OPTIONS")) {
    return { kind: "set options", options: options(c) };
  }
  if (c.accept("ALTER", "COLUMN")) {
    const name = c.identifier();
    if (c.accept("DROP", "NOT", "NULL")) return { kind: "drop not null", name };
    if (c.accept("DROP", "DEFAULT")) return { kind: "set default", name, value: undefined };
    if (c.accept("SET", "OPTIONS"))
      return { kind: "set column options", name, options: options(c) };
    if (c.accept("SET", "DATA", "TYPE")) return { kind: "set data type", name, type: parseType(c) };
    if (c.accept("SET", "DEFAULT")) {
      const { index } = c;
      c.expr();
      return {
        kind: "set default",
        name,
        value: c.text.slice(c.tokens[index]?.start, c.ahead(-1).end),
      };
    }
  }
  throw new UnsupportedError("this ALTER TABLE action", c.at);
}
