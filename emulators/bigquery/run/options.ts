import { coerce } from "../analyze/coerce.ts";
import {
  arrayOf,
  BOOL,
  FLOAT64,
  INT64,
  INTERVAL,
  STRING,
  TIMESTAMP,
  type Type,
  typeName,
} from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import type { Option } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Resource } from "../store/store.ts";
import { contextOf, type Environment } from "./environment.ts";
import { evaluate } from "./evaluate.ts";

/** Puts a value into a resource; NULL takes it out. */
type Put = (resource: Resource, value: Plain) => Resource;
/** An option's type, and where it is kept; those that are kept nowhere are only checked. */
type Known = readonly [type: Type, put?: Put];

const member =
  (name: string, write: (value: Exclude<Plain, null>) => unknown = (value) => value): Put =>
  (resource, value) => {
    const { [name]: _old, ...rest } = resource;
    return value === null ? rest : { ...rest, [name]: write(value) };
  };

const pairs: Type = arrayOf({ kind: "STRUCT", fields: [{ type: STRING }, { type: STRING }] });
const msOfDays = (days: Plain) => String(Math.round((days as number) * 86_400_000));

function labels(value: Plain): Record<string, string> {
  const entries = value as [string, string][];
  const result = Object.fromEntries(entries);
  if (Object.keys(result).length < entries.length)
    throw new SqlError("Invalid value for option: labels has a key twice");
  return result;
}

const partitionExpiration: Put = (resource, value) => {
  const { timePartitioning } = resource as { timePartitioning?: Resource };
  if (timePartitioning === undefined)
    throw new SqlError("partition_expiration_days is only for tables that are partitioned by time");
  return {
    ...resource,
    timePartitioning: member("expirationMs", msOfDays)(timePartitioning, value),
  };
};

const described: Readonly<Record<string, Known>> = {
  description: [STRING, member("description")],
  friendly_name: [STRING, member("friendlyName")],
  labels: [pairs, member("labels", labels)],
  tags: [pairs],
};
const expiring: Readonly<Record<string, Known>> = {
  ...described,
  expiration_timestamp: [
    TIMESTAMP,
    member("expirationTime", (micros) => String((micros as bigint) / 1000n)),
  ],
};

/** Documentation, "Data definition language": the option lists of each statement. */
const known = {
  table: {
    ...expiring,
    partition_expiration_days: [FLOAT64, partitionExpiration],
    require_partition_filter: [BOOL, member("requirePartitionFilter")],
    kms_key_name: [STRING],
    default_rounding_mode: [STRING],
    enable_change_history: [BOOL],
    enable_fine_grained_mutations: [BOOL],
    max_staleness: [INTERVAL],
    storage_uri: [STRING],
    file_format: [STRING],
    table_format: [STRING],
  },
  view: { ...expiring, privacy_policy: [STRING] },
  schema: {
    ...described,
    default_kms_key_name: [STRING],
    default_partition_expiration_days: [FLOAT64, member("defaultPartitionExpirationMs", msOfDays)],
    default_rounding_mode: [STRING],
    default_table_expiration_days: [FLOAT64, member("defaultTableExpirationMs", msOfDays)],
    failover_reservation: [STRING],
    is_case_insensitive: [BOOL],
    is_primary: [BOOL],
    location: [STRING, member("location")],
    max_time_travel_hours: [INT64, member("maxTimeTravelHours", String)],
    primary_replica: [STRING],
    storage_billing_model: [STRING, member("storageBillingModel")],
  },
  column: {
    description: [STRING, member("description")],
    rounding_mode: [STRING],
    data_policies: [arrayOf(STRING)],
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Known>>>>;

/** The resource with what OPTIONS says. Throws for options that are not known, and values of another type. */
export async function withOptions<T extends Resource>(
  env: Environment,
  what: keyof typeof known,
  resource: T,
  options: readonly Option[],
): Promise<T> {
  const seen = new Set<string>();
  let result: Resource = resource;
  for (const { name, expr, at } of options) {
    const key = name.toLowerCase();
    const option = (known[what] as Readonly<Record<string, Known>>)[key];
    if (option === undefined) throw new SqlError(`Unknown option: ${name}`, at);
    if (seen.has(key)) throw new SqlError(`Duplicate option specified: ${name}`, at);
    seen.add(key);
    const [type, put] = option;
    const found = contextOf(env).analyzer.expr(expr, contextOf(env));
    if (coerce(found, type) === undefined)
      throw new SqlError(
        `Option ${name} value has type ${typeName(found.type)} which cannot be coerced to expected type ${typeName(type)}`,
        expr.at,
      );
    const { value } = await evaluate(env, expr, type);
    if (put !== undefined) result = put(result, value);
  }
  return result as T;
}
