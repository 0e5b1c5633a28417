import { at, type Plan, projectOf, text } from "../plan.ts";

/** What a resource of a sound deployment says, and what it waits for. */
export interface Expected {
  readonly address: string;
  /** Known before applying, by path (`retry_config.0.retry_count`). Null: nothing is set. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Known only after applying: what the value at a path refers to. */
  readonly references?: Readonly<Record<string, string>>;
  /** Blocks that it names in depends_on. */
  readonly after?: readonly string[];
}

/** What the expected picture depends on. */
export interface Facts {
  readonly project: string;
  /** The project's number. */
  readonly number: string;
  readonly region: string;
  /** A variable of the plan: what was given, or its default. */
  readonly variable: (name: string) => unknown;
  readonly account: (name: string) => string;
}

export function factsOf(plan: Plan): Facts {
  const project = projectOf(plan);
  const data = plan.prior_state.values.root_module.resources;
  const number = data.find(({ address }) => address === "data.google_project.this");
  const variable = (name: string) => at(plan.variables, `${name}.value`) ?? null;
  return {
    project,
    number: text(number?.values["number"]),
    region: text(variable("region")),
    variable,
    account: (name) => `earmark-${name}@${project}.iam.gserviceaccount.com`,
  };
}

/** A table by day that keeps every row. */
export const lasting = {
  "time_partitioning.0.type": "DAY",
  "time_partitioning.0.expiration_ms": null,
  expiration_time: null,
};
