import type { OutputColumn } from "../analyze/context.ts";
import type { Bytes } from "./bytes.ts";
import type { KeptRows } from "../engine/kept-rows.ts";
import type { Plain } from "../engine/literal.ts";
import type { Type } from "../analyze/types.ts";
import { type FieldSchema, fieldOfType } from "../store/schema.ts";

/** What a statement left: rows of a query, or counts of changed rows. */
export interface Outcome {
  readonly statementType: string;
  readonly schema?: readonly FieldSchema[];
  readonly types?: readonly Type[];
  readonly rows?: readonly (readonly Plain[])[];
  /** The rows in the place of `rows`, when they are many. */
  readonly kept?: KeptRows;
  readonly affected?: {
    readonly inserted?: number;
    readonly updated?: number;
    readonly deleted?: number;
  };
  readonly referenced: readonly string[];
  readonly bytes?: Bytes;
  /** The table or view that DDL or DML named. */
  readonly target?: { readonly dataset: string; readonly table: string };
  readonly ddl?: string;
  /** Where the statement starts in the text of its script, in characters. */
  readonly at?: number;
  /** Outcomes of the statements of a script. */
  readonly children?: readonly Outcome[];
}

/** Result columns as fields: those without a name are `f0_`, `f1_` … */
export function resultSchema(columns: readonly OutputColumn[]): FieldSchema[] {
  const taken = new Set(columns.map((c) => c.name?.toLowerCase()));
  return columns.map(({ name, type }, i) => {
    let made = `f${i}_`;
    while (taken.has(made)) made += "_";
    return fieldOfType(name ?? made, type);
  });
}
