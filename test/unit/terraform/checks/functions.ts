import { block, ofType, type Plan, text } from "../plan.ts";

/** Each function runs as itself, on the runtime that the code is tested with, from a source named by content. */
export function checkFunctions(plan: Plan): string[] {
  const project = text(plan.variables?.["project_id"]?.value);
  return ofType(plan, "google_cloudfunctions2_function").flatMap(({ values }) => {
    const name = text(values["name"]);
    const build = block(values, "build_config");
    const service = block(values, "service_config");
    const source = block(block(build, "source"), "storage_source");
    const trigger = block(values, "event_trigger");
    const longest = Object.keys(trigger).length > 0 ? 540 : 3600; // https://cloud.google.com/functions/quotas#time_limits
    return [
      build["runtime"] === "nodejs24" ? [] : [`${name}: the runtime is not nodejs24`],
      build["entry_point"] === name
        ? []
        : [`${name}: the entry point is ${text(build["entry_point"])}`],
      service["service_account_email"] === `earmark-${name}@${project}.iam.gserviceaccount.com`
        ? []
        : [`${name} does not run as itself`],
      new RegExp(`^${name}-[0-9a-f]{64}\\.zip$`).test(text(source["object"]))
        ? []
        : [`${name}: the source is not named by its content`],
      Number(service["timeout_seconds"]) <= longest
        ? []
        : [`${name}: no timeout over ${longest} s`],
      Number(service["max_instance_count"]) > 0 ? [] : [`${name} may have any number of instances`],
    ].flat();
  });
}
