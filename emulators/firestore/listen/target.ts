import type { Changes, Database, StoredDocument } from "../database.ts";
import { parseDocumentName, parseParent } from "../names.ts";
import { planQuery } from "../query/plan.ts";
import { isInScope, runQuery } from "../query/run.ts";
import { invalidArgument } from "../status.ts";
import type { Micros } from "../time.ts";
import type { Fields, Target } from "../wire.ts";

/** What one listener wants to know of. */
export interface Watched {
  readonly project: (fields: Fields) => Fields;
  /** Everything it covers, at a time or now. */
  run(at?: Micros): readonly StoredDocument[];
  /** Whether a document may belong to it. */
  covers(path: string): boolean;
  /**
   * Whether a document belongs to it, if that depends on this document alone; undefined when a limit makes
   * it depend on the others.
   */
  readonly accepts: ((document: StoredDocument) => boolean) | undefined;
}

/** How a document changed as one listener sees it. */
export interface Difference {
  readonly path: string;
  /** Absent: no longer part of it. */
  readonly document: StoredDocument | undefined;
}

export type Results = ReadonlyMap<string, StoredDocument>;

export function watch(database: Database, target: Target): Watched {
  if (target.documents !== undefined) return watchDocuments(database, target.documents.documents);
  if (target.query?.structuredQuery === undefined)
    throw invalidArgument("A listen target must have documents or a query.");
  const plan = planQuery(parseParent(target.query.parent), target.query.structuredQuery);
  const isWhole = plan.limit === Infinity && plan.offset === 0;
  return {
    project: plan.project,
    run: (at) => runQuery(database, plan, at),
    covers: (path) => isInScope(plan, path),
    accepts: isWhole ? plan.matches : undefined,
  };
}

function watchDocuments(database: Database, names: readonly string[]): Watched {
  const paths = new Set(names.map((name) => parseDocumentName(name).path));
  return {
    project: (fields) => fields,
    run: (at) =>
      [...paths].map((path) => database.read(path, at)).filter((found) => found !== undefined),
    covers: (path) => paths.has(path),
    accepts: () => true,
  };
}

export const toResults = (documents: readonly StoredDocument[]): Results =>
  new Map(documents.map((document) => [document.path, document]));

/** What the changes do to the results: a look at each changed document, or where a limit reigns a new run. */
export function refresh(watched: Watched, before: Results, changes: Changes): Difference[] {
  const touched = [...changes].filter(([path]) => watched.covers(path));
  if (touched.length === 0) return [];
  const { accepts } = watched;
  if (accepts === undefined) return compare(before, toResults(watched.run()));
  return touched
    .map(([path, document]) => ({
      path,
      document: document !== undefined && accepts(document) ? document : undefined,
    }))
    .filter(({ path, document }) => before.get(path) !== document);
}

/** Removals first, as a limit may make room by them. */
export function compare(before: Results, after: Results): Difference[] {
  const removed = [...before.keys()].filter((path) => !after.has(path));
  return [
    ...removed.map((path) => ({ path, document: undefined })),
    ...[...after]
      .filter(([path, document]) => before.get(path) !== document)
      .map(([path, document]) => ({ path, document })),
  ];
}

export function applied(before: Results, differences: readonly Difference[]): Results {
  const after = new Map(before);
  for (const { path, document } of differences)
    if (document === undefined) after.delete(path);
    else after.set(path, document);
  return after;
}
