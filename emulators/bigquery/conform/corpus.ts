import { readFileSync } from "node:fs";

/** What a case must give: rows, or an error whose message contains a text. */
export type Expected =
  | {
      readonly rows: readonly (readonly unknown[])[];
      readonly columns?: readonly (string | null)[];
      readonly types?: readonly string[];
      readonly ordered?: boolean;
      readonly arraysUnordered?: boolean;
    }
  | { readonly error: true; readonly contains?: string };

/** A statement with its result. Its tables are in the dataset `hidden`. */
export interface Case {
  readonly id: string;
  readonly category: string;
  /** Where the stated behaviour comes from. */
  readonly source?: string;
  readonly setup?: readonly string[];
  readonly sql: string;
  readonly expected: Expected;
}

/** The cases of a JSON-lines file. Throws with the line that cannot be read. */
export function readCorpus(path: string): Case[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, i): Case[] => {
    if (line.trim() === "") return [];
    try {
      const read = JSON.parse(line) as Partial<Case>;
      if (read.sql === undefined || read.expected === undefined || read.category === undefined)
        throw new TypeError("a case needs category, sql and expected");
      return [
        {
          ...read,
          id: read.id ?? `${i + 1}`,
          category: read.category,
          sql: read.sql,
          expected: read.expected,
        },
      ];
    } catch (cause) {
      throw new Error(`${path}, line ${i + 1}: ${cause instanceof Error ? cause.message : ""}`, {
        cause,
      });
    }
  });
}
