import type { StoredDocument } from "../database.ts";
import {
  type Instance,
  type Instances,
  openView,
  readTimeOf,
  type ReadView,
  toDocument,
} from "../instance.ts";
import { formatName, parseParent } from "../names.ts";
import { aggregate } from "../query/aggregate.ts";
import { planQuery, type QueryPlan } from "../query/plan.ts";
import { runQuery } from "../query/run.ts";
import { invalidArgument, unimplemented } from "../status.ts";
import type { Aggregation, Consistency, StructuredQuery } from "../wire.ts";

interface Query extends Consistency {
  readonly parent?: string;
  readonly explainOptions?: unknown;
}

interface RunQuery extends Query {
  readonly structuredQuery?: StructuredQuery;
}

export const runQueryMethod = (instances: Instances) =>
  async function* (request: RunQuery) {
    const { plan, instance, view, found } = await find(instances, request, request.structuredQuery);
    const readTime = readTimeOf(instance, view);
    if (view.started !== undefined) yield { transaction: view.started, readTime };
    // Even an empty result tells the time it is true for.
    if (found.length === 0) yield { readTime, skippedResults: plan.offset };
    for (const document of found) {
      const fields = plan.project(document.fields);
      yield { document: toDocument(instance.database.name, { ...document, fields }), readTime };
    }
  };

interface RunAggregationQuery extends Query {
  readonly structuredAggregationQuery?: {
    readonly structuredQuery?: StructuredQuery;
    readonly aggregations: readonly Aggregation[];
  };
}

export const runAggregationQuery = (instances: Instances) =>
  async function* (request: RunAggregationQuery) {
    const { structuredQuery, aggregations = [] } = request.structuredAggregationQuery ?? {};
    const { instance, view, found } = await find(instances, request, structuredQuery);
    const readTime = readTimeOf(instance, view);
    const result = { aggregateFields: aggregate(found, aggregations) };
    yield view.started === undefined
      ? { result, readTime }
      : { result, readTime, transaction: view.started };
  };

interface PartitionQuery extends Consistency {
  readonly parent?: string;
  readonly structuredQuery?: StructuredQuery;
  readonly partitionCount?: string;
}

/** Cursors that cut a collection group, ordered by name, into parts of about the same size. */
export const partitionQuery = (instances: Instances) => async (request: PartitionQuery) => {
  const { instance, found } = await find(instances, request, request.structuredQuery);
  const cuts = Math.min(Number(request.partitionCount ?? 0), Math.max(0, found.length - 1));
  if (cuts < 0) throw invalidArgument("partition_count must be positive.");
  const partitions = Array.from({ length: cuts }, (_, i) => {
    const first = found[Math.floor(((i + 1) * found.length) / (cuts + 1))];
    const referenceValue = formatName(instance.database.name, first?.path ?? "");
    return { values: [{ referenceValue }], before: true };
  });
  return { partitions };
};

interface Found {
  readonly plan: QueryPlan;
  readonly instance: Instance;
  readonly view: ReadView;
  readonly found: readonly StoredDocument[];
}

async function find(
  instances: Instances,
  request: Query,
  query: StructuredQuery | undefined,
): Promise<Found> {
  if (query === undefined) throw invalidArgument("The request has no query.");
  if (request.explainOptions !== undefined && request.explainOptions !== null)
    throw unimplemented("This emulator does not support explain_options.");
  const parent = parseParent(request.parent);
  const instance = instances.get(parent.database);
  const plan = planQuery(parent, query);
  const view = await openView(instance, request, [`${plan.parent}/${plan.collectionId}`]);
  const found = runQuery(instance.database, plan, view.at);
  view.transaction?.queries.push(() => !isSame(found, runQuery(instance.database, plan)));
  return { plan, instance, view, found };
}

/** Stored documents are never altered, only replaced. */
const isSame = (a: readonly StoredDocument[], b: readonly StoredDocument[]) =>
  a.length === b.length && a.every((document, i) => document === b[i]);
