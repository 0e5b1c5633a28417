import { at, type Configured, type Plan, type Resource } from "../unit/terraform/plan.ts";

/** A change to a plan in memory, which a check has to find. */
export type Change = (plan: Plan) => void;

type Mutable = Record<string, unknown>;

const resourceOf = (plan: Plan, address: string): Resource => {
  const found = plan.planned_values.root_module.resources.find((each) => each.address === address);
  if (found === undefined) throw new Error(`no ${address} in the plan: the seed is out of date`);
  return found;
};

const blockOf = (plan: Plan, address: string): Configured => {
  const found = plan.configuration.root_module.resources.find((each) => each.address === address);
  if (found === undefined) throw new Error(`no ${address} is written: the seed is out of date`);
  return found;
};

/** Sets what is at a path, whose parent must be there. */
function put(object: unknown, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.length === 0 ? object : at(object, keys.join("."));
  if (typeof parent !== "object" || parent === null) throw new Error(`nothing is at ${path}`);
  (parent as Mutable)[last] = value;
}

/** Another value. */
export const set =
  (address: string, path: string, value: unknown): Change =>
  (plan) =>
    put(resourceOf(plan, address).values, path, value);

/** Another reference, where the value is known only after applying. */
export const refer =
  (address: string, path: string, ...references: string[]): Change =>
  (plan) =>
    put(blockOf(plan, address).expressions, path, { references });

/** Without one. */
export const drop =
  (address: string): Change =>
  (plan) => {
    const resources = plan.planned_values.root_module.resources as Resource[];
    resources.splice(resources.indexOf(resourceOf(plan, address)), 1);
  };

/** A block that no longer waits for another. */
export const hurry =
  (address: string, ...after: string[]): Change =>
  (plan) => {
    const block = blockOf(plan, address);
    for (const each of after)
      if (block.depends_on?.includes(each) !== true)
        throw new Error(`${address} does not wait for ${each}: the seed is out of date`);
    put(
      block,
      "depends_on",
      block.depends_on?.filter((each) => !after.includes(each)),
    );
  };

/** A change to a text. */
export const edit =
  (address: string, path: string, change: (text: string) => string): Change =>
  (plan) =>
    put(
      resourceOf(plan, address).values,
      path,
      change(String(at(resourceOf(plan, address).values, path))),
    );
