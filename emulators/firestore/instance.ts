import { createDatabase, type Database, type StoredDocument } from "./database.ts";
import { type FieldPath, parseFieldPath, pickFields } from "./field-path.ts";
import { formatName, parseDatabase } from "./names.ts";
import { toTimestamp, type Micros } from "./time.ts";
import {
  createTransactions,
  parseReadTime,
  type Transaction,
  type Transactions,
} from "./transactions.ts";
import type { Consistency, Document, DocumentMask } from "./wire.ts";

/** A database with its open transactions. */
export interface Instance {
  readonly database: Database;
  readonly transactions: Transactions;
}

export type Instances = ReturnType<typeof createInstances>;

/** Databases come into being when first named, as in Google's emulator. */
export function createInstances() {
  const byName = new Map<string, Instance>();
  return {
    all: (): Iterable<Instance> => byName.values(),
    get(name: string | undefined): Instance {
      const database = parseDatabase(name);
      const found = byName.get(database) ?? createInstance(database);
      byName.set(database, found);
      return found;
    },
  };
}

function createInstance(name: string): Instance {
  const database = createDatabase(name);
  return { database, transactions: createTransactions(database) };
}

/** At which time to read, and the transaction that remembers it; `started` is to be told to the client. */
export interface ReadView {
  readonly at: Micros | undefined;
  readonly transaction: Transaction | undefined;
  readonly started: Buffer | undefined;
}

/** Resolves what consistency a read asks for; `keys` says what it is about. */
export async function openView(
  { database, transactions }: Instance,
  { transaction: id, newTransaction, readTime }: Consistency,
  keys: readonly string[] = [],
): Promise<ReadView> {
  if (id !== undefined && id.length > 0) {
    const transaction = transactions.find(id);
    return { at: transaction.readTime, transaction, started: undefined };
  }
  if (newTransaction !== undefined) {
    const transaction = await transactions.begin(newTransaction, keys);
    return { at: transaction.readTime, transaction, started: transaction.id };
  }
  if (readTime === undefined) return { at: undefined, transaction: undefined, started: undefined };
  const at = parseReadTime(database, readTime);
  return { at, transaction: undefined, started: undefined };
}

/** The time that an answer is true for. */
export const readTimeOf = ({ database }: Instance, { at }: ReadView) =>
  toTimestamp(at ?? database.clock.now());

export const parseMask = (mask: DocumentMask | undefined): readonly FieldPath[] | undefined =>
  mask?.fieldPaths.map(parseFieldPath);

/** A stored document as the wire has it, under a mask if there is one. */
export function toDocument(
  database: string,
  { path, fields, createTime, updateTime }: StoredDocument,
  mask?: readonly FieldPath[],
): Document {
  return {
    name: formatName(database, path),
    fields: mask === undefined ? fields : pickFields(fields, mask),
    createTime: toTimestamp(createTime),
    updateTime: toTimestamp(updateTime),
  };
}
