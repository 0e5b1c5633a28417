import type { Expr, FromItem, Option, Query, TypeNode } from "./ast.ts";

export interface ColumnDef {
  readonly name: string;
  readonly type: TypeNode;
  readonly required: boolean;
  readonly defaultValue?: string;
  readonly options: readonly Option[];
}

/** PRIMARY KEY or FOREIGN KEY over columns of the table. */
export interface KeyDef {
  readonly kind: "primary" | "foreign";
  readonly columns: readonly string[];
  readonly at: number;
}

export interface TableOptions {
  readonly partition?: Expr;
  readonly cluster?: readonly string[];
  readonly list: readonly Option[];
}

export interface Assignment {
  /** `column` or `column.field…`. */
  readonly path: readonly string[];
  readonly value: Expr;
  readonly at: number;
}

export type InsertSource =
  | { readonly kind: "values"; readonly rows: readonly (readonly Expr[])[] }
  | { readonly kind: "query"; readonly query: Query };

export interface MergeWhen {
  readonly on: "matched" | "not matched" | "not matched by source";
  readonly condition?: Expr;
  readonly action:
    | { readonly kind: "delete" }
    | { readonly kind: "update"; readonly set: readonly Assignment[] }
    | {
        readonly kind: "insert";
        readonly columns?: readonly string[];
        readonly values?: readonly Expr[];
      };
  readonly at: number;
}

export type AlterAction =
  | { readonly kind: "add column"; readonly column: ColumnDef; readonly ifNotExists: boolean }
  | { readonly kind: "drop column"; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: "rename column"; readonly from: string; readonly to: string }
  | { readonly kind: "rename"; readonly to: string }
  | { readonly kind: "drop not null"; readonly name: string }
  | { readonly kind: "set default"; readonly name: string; readonly value: string | undefined }
  | { readonly kind: "set data type"; readonly name: string; readonly type: TypeNode }
  | { readonly kind: "set options"; readonly options: readonly Option[] }
  | {
      readonly kind: "set column options";
      readonly name: string;
      readonly options: readonly Option[];
    };

type Body = readonly Statement[];

export type Statement =
  | { readonly kind: "query"; readonly query: Query; readonly at: number }
  | {
      readonly kind: "create table";
      readonly path: readonly string[];
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly temp: boolean;
      readonly columns?: readonly ColumnDef[];
      readonly keys: readonly KeyDef[];
      readonly query?: Query;
      /** LIKE takes the columns of another table, COPY and CLONE its rows too. */
      readonly from?: { readonly path: readonly string[]; readonly rows: boolean };
      readonly options: TableOptions;
      readonly at: number;
    }
  | {
      readonly kind: "create view";
      readonly path: readonly string[];
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly text: string;
      readonly columns?: readonly string[];
      readonly options: readonly Option[];
      readonly at: number;
    }
  | {
      readonly kind: "create function";
      readonly path: readonly string[];
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly temp: boolean;
      readonly params: readonly {
        readonly name: string;
        readonly type: TypeNode | undefined;
        /** NOT AGGREGATE: one value for all rows of a group. */
        readonly constant?: true;
      }[];
      readonly returns?: TypeNode;
      /** What it yields: a value of its arguments, a value of a group's rows, or rows. */
      readonly yields: "value" | "aggregate" | "table";
      readonly body: Expr;
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly kind: "create procedure";
      readonly path: readonly string[];
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly params: readonly {
        readonly name: string;
        readonly type: TypeNode | undefined;
        readonly mode: "in" | "out" | "inout";
      }[];
      /** `(params) BEGIN … END`. */
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly kind: "call";
      readonly path: readonly string[];
      readonly args: readonly Expr[];
      readonly at: number;
    }
  | {
      readonly kind: "create schema";
      readonly path: readonly string[];
      readonly options: readonly Option[];
      readonly ifNotExists: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "drop";
      readonly what: "TABLE" | "VIEW" | "FUNCTION" | "SCHEMA";
      readonly path: readonly string[];
      readonly ifExists: boolean;
      readonly cascade: boolean;
      readonly at: number;
    }
  | {
      readonly kind: "alter table";
      readonly path: readonly string[];
      readonly ifExists: boolean;
      readonly actions: readonly AlterAction[];
      readonly at: number;
    }
  | { readonly kind: "truncate"; readonly path: readonly string[]; readonly at: number }
  | {
      readonly kind: "insert";
      readonly path: readonly string[];
      readonly columns?: readonly string[];
      readonly source: InsertSource;
      readonly at: number;
    }
  | {
      readonly kind: "update";
      readonly path: readonly string[];
      readonly alias?: string;
      readonly set: readonly Assignment[];
      readonly from?: FromItem;
      readonly where: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "delete";
      readonly path: readonly string[];
      readonly alias?: string;
      readonly where: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "merge";
      readonly path: readonly string[];
      readonly alias?: string;
      readonly source: FromItem;
      readonly on: Expr;
      readonly whens: readonly MergeWhen[];
      readonly at: number;
    }
  | {
      readonly kind: "declare";
      readonly names: readonly string[];
      readonly type?: TypeNode;
      readonly value?: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "set";
      readonly names: readonly string[];
      readonly tuple: boolean;
      readonly value: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly condition?: Expr; readonly body: Body }[];
      readonly at: number;
    }
  | { readonly kind: "loop"; readonly label?: string; readonly body: Body; readonly at: number }
  | {
      readonly kind: "while";
      readonly label?: string;
      readonly condition: Expr;
      readonly body: Body;
      readonly at: number;
    }
  | {
      readonly kind: "repeat";
      readonly label?: string;
      readonly body: Body;
      readonly until: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "for";
      readonly label?: string;
      readonly name: string;
      readonly query: Query;
      readonly body: Body;
      readonly at: number;
    }
  | {
      readonly kind: "block";
      readonly label?: string;
      readonly body: Body;
      readonly handler?: Body;
      readonly at: number;
    }
  | { readonly kind: "leave" | "continue"; readonly label?: string; readonly at: number }
  | { readonly kind: "return"; readonly at: number }
  | {
      readonly kind: "transaction";
      readonly action: "begin" | "commit" | "rollback";
      readonly at: number;
    }
  | { readonly kind: "raise"; readonly message?: Expr; readonly at: number }
  | {
      readonly kind: "assert";
      readonly condition: Expr;
      readonly message?: Expr;
      readonly at: number;
    }
  | {
      readonly kind: "execute";
      readonly text: Expr;
      readonly into: readonly string[];
      readonly using: readonly { readonly expr: Expr; readonly alias?: string }[];
      readonly at: number;
    };

/** Statements of one kind. */
export type StatementOf<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;
