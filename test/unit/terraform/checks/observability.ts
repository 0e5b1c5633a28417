import { readFileSync } from "node:fs";
import { ofType, type Plan, text } from "../plan.ts";

const vocabulary = readFileSync(new URL("../../../../shared/log.ts", import.meta.url), "utf8");
const operations = readFileSync(
  new URL("../../../../terraform/OPERATIONS.md", import.meta.url),
  "utf8",
);

/** Metrics count lines that the functions write, alerts watch metrics that exist, and each is explained. */
export function checkObservability(plan: Plan): string[] {
  const metrics = ofType(plan, "google_logging_metric");
  const names = new Set(metrics.map(({ values }) => text(values["name"])));
  const messages = metrics.flatMap(({ values }) =>
    [...text(values["filter"]).matchAll(/message="([^"]+)"/g)].map(([, message]) => message ?? ""),
  );
  const alerts = ofType(plan, "google_monitoring_alert_policy");
  const watched = [...alerts, ...ofType(plan, "google_monitoring_dashboard")].flatMap(
    ({ values }) =>
      [...JSON.stringify(values).matchAll(/logging\.googleapis\.com\/user\/([\w/-]+)/g)].map(
        ([, name]) => name ?? "",
      ),
  );
  return [
    ...messages
      .filter((message) => !vocabulary.includes(`"${message}"`))
      .map((message) => `no function logs "${message}"`),
    ...watched.filter((name) => !names.has(name)).map((name) => `nothing counts ${name}`),
    ...alerts
      .map(({ index }) => String(index))
      .filter((name) => !operations.includes(`\`${name}\``))
      .map((name) => `OPERATIONS.md does not explain the alert ${name}`),
  ];
}
